"""Registration of the matching workbench and the `aliases` commands."""

from __future__ import annotations

from flask import Flask

from webapp.matching import cli
from webapp.matching.views import (
    acceptances,
    alias_files,
    aliases,
    catalog_drafts,
    ignored,
    skipped,
    skipped_files,
)


def register(app: Flask) -> None:
    """Register the pages and commands."""
    for view in (skipped, skipped_files, catalog_drafts, acceptances, ignored, aliases, alias_files):
        app.register_blueprint(view.pages)
    app.cli.add_command(cli.aliases)
