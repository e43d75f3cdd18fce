"""Registration of the freezes' pages, banner and commands."""

from __future__ import annotations

from flask import Flask

from webapp.freezes import cli, freeze_list
from webapp.freezes.views import freezes


def register(app: Flask) -> None:
    """Register the pages, the banner and the commands."""
    app.register_blueprint(freezes.pages)
    app.jinja_env.globals.update(frozen_now=freeze_list.banner, frozen_items=freeze_list.frozen_items)
    app.cli.add_command(cli.freezes)
