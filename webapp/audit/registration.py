"""Adds the audit log's pages to the app."""

from __future__ import annotations

from flask import Flask

from webapp.audit import views


def register(app: Flask) -> None:
    """Adds the audit log's pages to the app."""
    app.register_blueprint(views.pages)
    app.register_blueprint(views.all_pages)
