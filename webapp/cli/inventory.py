"""`inventory export`."""

from __future__ import annotations

import sys

import click

from webapp.cli.arguments import dealer_of, dealer_option
from webapp.cli.boundary import answering
from webapp.cli.output import goes_to_file
from webapp.extensions import db
from webapp.spreadsheet import begin
from webapp.webstore import inventory_rows

inventory = click.Group("inventory", help="What the webstore shows.")


@inventory.command("export")
@dealer_option
@answering
def export(dealer_id: int) -> None:
    """Write a row for each product that ever had shelf stock of the dealer to standard output, as CSV."""
    dealer_of(dealer_id)
    rows = begin(sys.stdout, inventory_rows.COLUMNS, marked=goes_to_file(sys.stdout))
    rows.writerows(inventory_rows.rows(db.session.connection(), dealer_id))
