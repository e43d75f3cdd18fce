"""The commands about what is stored; those that talk to Lightspeed are in jobs/cli."""

from __future__ import annotations

from flask import Flask

from webapp.accounts.cli import user
from webapp.catalog.cli import catalog
from webapp.dealers.cli import dealer, organization
from webapp.inventory.cli import inventory
from webapp.lightspeed.cli import lightspeed
from webapp.operations.cli import credentials
from webapp.search.cli import webstore
from webapp.supplier_codes.cli import supplier_codes

GROUPS = (organization, dealer, user, catalog, supplier_codes, lightspeed, inventory, webstore, credentials)


def register(app: Flask) -> None:
    """Add every command group to the app."""
    for group in GROUPS:
        app.cli.add_command(group)
