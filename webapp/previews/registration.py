"""Registration of the pages of previews."""

from __future__ import annotations

from flask import Flask

from webapp.previews.views import preview_results, previews


def register(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(previews.pages)
    app.register_blueprint(preview_results.pages)
