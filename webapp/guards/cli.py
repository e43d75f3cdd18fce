"""Commands `minimum-prices import` and `minimum-prices export`."""

from __future__ import annotations

from typing import BinaryIO

import click

from webapp.guards import minimum_prices as files
from webapp.web.commands.arguments import dealer_of, dealer_option
from webapp.web.commands.errors import answering
from webapp.web.commands.output import print_csv

minimum_prices = click.Group("minimum-prices", help="A dealer's minimum advertised prices.")


@minimum_prices.command("import")
@click.argument("file", type=click.File("rb"))
@dealer_option
@answering
def import_file(file: BinaryIO, dealer_id: int) -> None:
    """Set minimum advertised prices from a CSV FILE, or from standard input with `-`; all or nothing.

    A row without a price removes one. A worker applies them at once from the last data of each code. Columns
    are in docs/file-formats.md.
    """
    outcome = files.import_csv(dealer_of(dealer_id), file)
    run = f"; run {outcome.run.id} applies them" if outcome.run else ""
    click.echo(f"{outcome.saved} set, {outcome.removed} removed{run}")


@minimum_prices.command("export")
@dealer_option
@answering
def export(dealer_id: int) -> None:
    """Write the dealer's minimum advertised prices to standard output as CSV."""
    print_csv(files.export_csv, dealer_of(dealer_id))
