"""`catalog import`."""

from __future__ import annotations

from typing import BinaryIO

import click

from webapp.catalog_import import Imported, import_catalog
from webapp.cli.boundary import answering
from webapp.webstore import outbox

catalog = click.Group("catalog", help="What the webstore can sell.")


@catalog.command("import")
@click.argument("file", type=click.File("rb"))
@answering
def import_file(file: BinaryIO) -> None:
    """Import a catalog from a CSV FILE, or from standard input with `-`."""
    imported = import_catalog(file, _tell_rejected)
    outbox.drain()
    click.echo(_summary(imported))
    if imported.rejected:
        raise click.exceptions.Exit(1)


def _tell_rejected(line: int, reason: str) -> None:
    click.echo(f"line {line}: {reason}", err=True)


def _summary(imported: Imported) -> str:
    return (
        f"{imported.rows} rows; "
        f"products: {imported.products_new} new, {imported.products_changed} changed; "
        f"part numbers: {imported.part_numbers_new} new, {imported.part_numbers_changed} changed; "
        f"rows: {imported.unchanged} unchanged, {imported.rejected} rejected"
    )
