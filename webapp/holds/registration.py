"""Registration of the pages about updates that are on hold, and of the commands."""

from __future__ import annotations

from flask import Flask

from webapp.holds import cli, frozen_views, views


def register(app: Flask) -> None:
    """Register the pages and the commands."""
    app.register_blueprint(views.pages)
    app.register_blueprint(frozen_views.pages)
    app.cli.add_command(cli.holds_group)
