"""The commands about what is stored; those that talk to Lightspeed are in jobs/cli."""

from __future__ import annotations

from flask import Flask

from webapp.cli.catalog import catalog
from webapp.cli.credentials import credentials
from webapp.cli.inventory import inventory
from webapp.cli.lightspeed import lightspeed
from webapp.cli.supplier_codes import supplier_codes
from webapp.cli.tenants import dealer, organization
from webapp.cli.users import user
from webapp.cli.webstore import webstore

GROUPS = (organization, dealer, user, catalog, supplier_codes, lightspeed, inventory, webstore, credentials)


def register(app: Flask) -> None:
    """Add every command group to the app."""
    for group in GROUPS:
        app.cli.add_command(group)
