"""Adds the inventory's pages and `inventory …` to the app."""

from __future__ import annotations

from flask import Flask

from webapp.inventory import cli, views


def register(app: Flask) -> None:
    """Adds the inventory's pages and `inventory …` to the app."""
    app.register_blueprint(views.pages)
    app.cli.add_command(cli.inventory)
