"""Commands `locks import` and `locks export`."""

from __future__ import annotations

from typing import BinaryIO

import click

from webapp.locks import csv_files, lock_list
from webapp.web.commands.arguments import dealer_of, dealer_option
from webapp.web.commands.errors import answering
from webapp.web.commands.output import print_csv

locks = click.Group("locks", help="A dealer's locks on products.")


@locks.command("import")
@click.argument("file", type=click.File("rb"))
@dealer_option
@answering
def import_file(file: BinaryIO, dealer_id: int) -> None:
    """Set the locks of a CSV FILE, or of standard input with `-`; all or nothing.

    Locks of the same products are replaced, others stay. Columns and examples are in docs/file-formats.md.
    """
    dealer = dealer_of(dealer_id)
    plan = csv_files.plan_csv(dealer, file)
    csv_files.import_plan(dealer, plan)
    replaced = sum(each.before is not None for each in plan.planned)
    added = len(plan.planned) - replaced
    click.echo(f"{added} added, {replaced} changed, {plan.unchanged} unchanged")


@locks.command("export")
@dealer_option
@answering
def export(dealer_id: int) -> None:
    """Write the dealer's locks to standard output as CSV."""
    dealer = dealer_of(dealer_id)
    print_csv(csv_files.export_csv, dealer, lock_list.listed(dealer.id))
