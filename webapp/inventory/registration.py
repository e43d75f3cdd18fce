"""Registration of the inventory's pages and commands."""

from __future__ import annotations

from flask import Flask

from webapp.inventory import cli, views


def register(app: Flask) -> None:
    """Register the inventory's pages and commands."""
    app.register_blueprint(views.pages)
    app.cli.add_command(cli.inventory)
