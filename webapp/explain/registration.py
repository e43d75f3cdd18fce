"""Registration of the explanations of parts."""

from __future__ import annotations

from flask import Flask

from webapp.explain import cli, views


def register(app: Flask) -> None:
    """Register the pages and the command."""
    app.register_blueprint(views.pages)
    app.cli.add_command(cli.part)
