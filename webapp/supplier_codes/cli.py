"""Commands `supplier-codes import`, `export` and `remove`."""

from __future__ import annotations

from typing import BinaryIO

import click

from webapp import supplier_codes as verbs
from webapp.core.enums import CATALOGS
from webapp.core.text_keys import key_of
from webapp.models import Dealer, SupplierCode
from webapp.search import outbox
from webapp.web.commands.arguments import dealer_of, dealer_option
from webapp.web.commands.errors import answering
from webapp.web.commands.output import print_csv

supplier_codes = click.Group("supplier-codes", help="A dealer's supplier codes.")


@supplier_codes.command("import")
@click.argument("file", type=click.File("rb"))
@dealer_option
@answering
def import_file(file: BinaryIO, dealer_id: int) -> None:
    """Add and update supplier codes from a CSV FILE, or from standard input with `-`; all or nothing.

    Columns, values and examples are in docs/file-formats.md.
    """
    result = verbs.import_csv(dealer_of(dealer_id), file)
    outbox.drain()
    click.echo(f"{result.added} added, {result.updated} updated, {result.unchanged} unchanged")


@supplier_codes.command("export")
@dealer_option
@answering
def export(dealer_id: int) -> None:
    """Write the dealer's supplier codes to standard output as CSV, in list order."""
    print_csv(verbs.export_csv, dealer_of(dealer_id))


@supplier_codes.command("remove")
@dealer_option
@click.option("--code", required=True, help="The Lightspeed code.")
@click.option(
    "--manufacturer", required=True, metavar="NAME", help="The manufacturer that the code is mapped to."
)
@click.option(
    "--catalog", type=click.Choice(CATALOGS), help="The catalog, if two have a manufacturer of that name."
)
@click.option("--clear", is_flag=True, help="Set the code's quantities to zero; otherwise they are kept.")
@answering
def remove(dealer_id: int, code: str, manufacturer: str, catalog: str | None, clear: bool) -> None:
    """Remove one supplier code."""
    row = _only(_mapped(dealer_of(dealer_id), code, manufacturer, catalog), code, manufacturer)
    products = verbs.remove(row, clear)
    outbox.drain()
    done = "went to zero" if clear else "kept their quantities"
    click.echo(f"removed; {products} products {done}", err=True)


def _mapped(dealer: Dealer, code: str, manufacturer: str, catalog: str | None) -> list[SupplierCode]:
    name = key_of(manufacturer)
    return [
        row
        for row in verbs.listed(dealer)
        if row.code_key == key_of(code)
        and catalog in (None, row.manufacturer.catalog)
        and name in (row.manufacturer.name_key, row.manufacturer.abbreviation_key)
    ]


def _only(rows: list[SupplierCode], code: str, manufacturer: str) -> SupplierCode:
    if not rows:
        raise click.ClickException(f"the dealer has no supplier code {code} mapped to {manufacturer}")
    if len(rows) > 1:
        catalogs = ", ".join(row.manufacturer.catalog for row in rows)
        raise click.ClickException(f"{code} is mapped to {manufacturer} in {catalogs}; add --catalog")
    return rows[0]
