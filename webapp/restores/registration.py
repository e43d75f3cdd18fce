"""Registration of the pages of a restore."""

from __future__ import annotations

from flask import Flask

from webapp.restores import views


def register(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(views.pages)
