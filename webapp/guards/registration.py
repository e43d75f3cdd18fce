"""Registration of the guards' pages and the `minimum-prices` commands."""

from __future__ import annotations

from flask import Flask

from webapp.guards import cli
from webapp.guards.views import blocked_prices, guards, minimum_prices


def register(app: Flask) -> None:
    """Register the pages and commands."""
    for view in (guards, minimum_prices, blocked_prices):
        app.register_blueprint(view.pages)
    app.cli.add_command(cli.minimum_prices)
