"""Registration of the webstore preview, its template filters and commands."""

from __future__ import annotations

from flask import Flask

from webapp.search import cli, storefront, views


def register(app: Flask) -> None:
    """Register the webstore preview, its template filters and commands."""
    app.register_blueprint(views.pages)
    app.jinja_env.filters.update(availability=storefront.availability, ships=storefront.ships)
    app.cli.add_command(cli.webstore)
