"""`catalog import`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

import click

from webapp import audit
from webapp.catalog.importing import Imported, import_catalog
from webapp.extensions import db
from webapp.search import outbox
from webapp.web.commands.errors import answering

catalog = click.Group("catalog", help="Products that webstores can sell.")


@catalog.command("import")
@click.argument("file", type=click.File("rb"))
@answering
def import_file(file: BinaryIO) -> None:
    """Import a catalog from a CSV FILE, or from standard input with `-`.

    Columns, values and examples are in docs/file-formats.md.
    """
    name = Path(getattr(file, "name", "standard input")).name
    audit.note("catalog.import_started", name)
    db.session.commit()
    imported = import_catalog(file, _tell, _tell)
    audit.note("catalog.imported", name, after=asdict(imported))
    db.session.commit()
    outbox.drain()
    click.echo(_summary(imported))
    if imported.rejected:
        raise click.exceptions.Exit(1)


def _tell(line: int, reason: str) -> None:
    click.echo(f"line {line}: {reason}", err=True)


def _summary(imported: Imported) -> str:
    return (
        f"{imported.rows} rows; "
        f"products: {imported.products_new} new, {imported.products_changed} changed; "
        f"part numbers: {imported.part_numbers_new} new, {imported.part_numbers_changed} changed; "
        f"rows: {imported.unchanged} unchanged, {imported.rejected} rejected"
    )
