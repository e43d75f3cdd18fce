"""Adds the webstore preview, its template filters and `webstore …` to the app."""

from __future__ import annotations

from flask import Flask

from webapp.search import cli, storefront, views


def register(app: Flask) -> None:
    """Adds the webstore preview, its template filters and `webstore …` to the app."""
    app.register_blueprint(views.pages)
    app.jinja_env.filters.update(availability=storefront.availability, ships=storefront.ships)
    app.cli.add_command(cli.webstore)
