"""Registration of the page of components, which exists only outside of production."""

from __future__ import annotations

from flask import Flask

from webapp.design import views


def register(app: Flask) -> None:
    """Register the page where the settings allow it: in production its address does not exist."""
    if app.config["DESIGN_PAGE"]:
        app.register_blueprint(views.pages)
