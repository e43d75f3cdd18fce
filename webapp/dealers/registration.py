"""Adds the pages about dealers and organizations, `organization …` and `dealer …` to the app."""

from __future__ import annotations

from flask import Flask

from webapp.dealers import cli
from webapp.dealers.views import dealers, details, home, landing, organizations


def register(app: Flask) -> None:
    """Adds the pages about dealers and organizations, `organization …` and `dealer …` to the app."""
    for view in (landing, dealers, home, details, organizations):
        app.register_blueprint(view.pages)
    app.register_blueprint(details.new_pages)
    for group in (cli.organization, cli.dealer):
        app.cli.add_command(group)
