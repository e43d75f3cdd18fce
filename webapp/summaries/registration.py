"""Registration of the page with a summary of changes."""

from __future__ import annotations

from flask import Flask

from webapp.summaries import views


def register(app: Flask) -> None:
    """Register the page."""
    app.register_blueprint(views.pages)
