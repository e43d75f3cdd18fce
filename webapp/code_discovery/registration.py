"""Registration of the pages about unmapped codes and of the setup."""

from __future__ import annotations

from flask import Flask

from webapp.code_discovery import unmapped_codes
from webapp.code_discovery.views import setup, unmapped


def register(app: Flask) -> None:
    """Register the pages; other features' pages show the totals."""
    app.register_blueprint(unmapped.pages)
    app.register_blueprint(setup.pages)
    app.jinja_env.globals.update(unmapped_totals=unmapped_codes.totals)
