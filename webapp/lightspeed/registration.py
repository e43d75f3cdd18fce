"""Registration of the LightSpeed Configuration and Queue Inventory Update pages and commands."""

from __future__ import annotations

from flask import Flask

from webapp.lightspeed import cli, connection
from webapp.lightspeed.views import configuration, queue


def register(app: Flask) -> None:
    """Register the LightSpeed Configuration and Queue Inventory Update pages and commands."""
    for view in (configuration, queue):
        app.register_blueprint(view.pages)
    app.jinja_env.filters.update(connection=connection.of)
    app.cli.add_command(cli.lightspeed)
