"""Registration of the pages about updates that are on hold."""

from __future__ import annotations

from flask import Flask

from webapp.holds import views


def register(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(views.pages)
