"""Registration of the audit log's pages."""

from __future__ import annotations

from flask import Flask

from webapp.audit import views


def register(app: Flask) -> None:
    """Register the audit log's pages."""
    app.register_blueprint(views.pages)
    app.register_blueprint(views.all_pages)
