"""Commands `aliases import` and `aliases export`."""

from __future__ import annotations

from typing import BinaryIO

import click

from webapp.matching import csv_files
from webapp.web.commands.arguments import dealer_of, dealer_option
from webapp.web.commands.errors import answering
from webapp.web.commands.output import print_csv

aliases = click.Group("aliases", help="A dealer's accepted part numbers.")


@aliases.command("import")
@click.argument("file", type=click.File("rb"))
@dealer_option
@answering
def import_file(file: BinaryIO, dealer_id: int) -> None:
    """Add accepted part numbers from a CSV FILE, or from standard input with `-`; all or nothing.

    A worker applies them at once from the last data of each code. Columns and examples are in
    docs/file-formats.md.
    """
    plan, outcome = csv_files.import_csv(dealer_of(dealer_id), file)
    run = f"; run {outcome.run.id} applies them" if outcome.run else ""
    click.echo(f"{plan.added} added, {plan.replaced} replaced, {plan.unchanged} unchanged{run}")


@aliases.command("export")
@dealer_option
@answering
def export(dealer_id: int) -> None:
    """Write the dealer's accepted part numbers to standard output as CSV."""
    print_csv(csv_files.export_csv, dealer_of(dealer_id))
