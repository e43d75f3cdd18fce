"""Registration of the Slow movers page."""

from __future__ import annotations

from flask import Flask

from webapp.slow_movers import views


def register(app: Flask) -> None:
    """Register the page."""
    app.register_blueprint(views.pages)
