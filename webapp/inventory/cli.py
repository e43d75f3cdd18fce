"""Command `inventory export`."""

from __future__ import annotations

import sys

import click

from webapp.core.spreadsheet import write_header
from webapp.extensions import db
from webapp.search import inventory_rows
from webapp.web.commands.arguments import dealer_of, dealer_option
from webapp.web.commands.errors import answering
from webapp.web.commands.output import goes_to_file

inventory = click.Group("inventory", help="Inventory on the webstore.")


@inventory.command("export")
@dealer_option
@answering
def export(dealer_id: int) -> None:
    """Write a CSV row for each product that ever had shelf stock of the dealer to standard output."""
    dealer_of(dealer_id)
    rows = write_header(sys.stdout, inventory_rows.COLUMNS, marked=goes_to_file(sys.stdout))
    rows.writerows(inventory_rows.defused(inventory_rows.rows(db.session.connection(), dealer_id)))
