"""Registration of the route that saves previewed settings."""

from __future__ import annotations

from flask import Flask

from webapp.previewed_settings import views


def register(app: Flask) -> None:
    """Register the route."""
    app.register_blueprint(views.pages)
