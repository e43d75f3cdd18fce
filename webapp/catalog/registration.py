"""Registration of the catalog's pages, template filters and commands."""

from __future__ import annotations

from flask import Flask

from webapp.catalog import cli, import_status, views
from webapp.core.enums import CATALOG_LABELS


def register(app: Flask) -> None:
    """Register the catalog's pages, template filters and commands."""
    app.register_blueprint(views.pages)
    app.jinja_env.filters.update(
        catalog=CATALOG_LABELS.__getitem__, catalog_import_status=import_status.status
    )
    app.cli.add_command(cli.catalog)
