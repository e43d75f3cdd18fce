"""Registration of the Coverage page."""

from __future__ import annotations

from flask import Flask

from webapp.coverage import views


def register(app: Flask) -> None:
    """Register the page."""
    app.register_blueprint(views.pages)
