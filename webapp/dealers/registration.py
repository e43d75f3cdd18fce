"""Registration of the pages and commands for dealers and organizations."""

from __future__ import annotations

from flask import Flask

from webapp.dealers import cli
from webapp.dealers.views import bulk_queue, dealers, details, home, landing, organizations


def register(app: Flask) -> None:
    """Register the pages and commands for dealers and organizations."""
    for view in (landing, dealers, bulk_queue, home, details, organizations):
        app.register_blueprint(view.pages)
    app.register_blueprint(details.new_pages)
    for group in (cli.organization, cli.dealer):
        app.cli.add_command(group)
