"""Import pipeline: rows are validated and staged as a stream, compared, and written in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, BinaryIO, Final, NamedTuple

from sqlalchemy import Table, text
from sqlalchemy.engine import Connection

from webapp.catalog.importing import staging, statements
from webapp.catalog.importing.apply import Imported, apply_rows
from webapp.catalog.importing.differing import list_differing
from webapp.catalog.importing.manufacturers import Manufacturers
from webapp.catalog.importing.plain_rows import fields_of, plain_fields
from webapp.catalog.importing.rows import COLUMNS, OPTIONAL_COLUMNS, Rejected, parse, warning
from webapp.core.spreadsheet import Row, Sheet, Unreadable
from webapp.extensions import db, direct_engine
from webapp.matching import alias_check

# Rows in memory at a time.
CHUNK = 5_000
# Each rejected row is stored and listed for review; a file with more of them isn't a catalog.
MOST_REJECTED = 1_000_000
_PART_NUMBER: Final = COLUMNS.index("part_number")
_MSRP: Final = list(staging.STAGED.columns.keys()).index("msrp_cents")


def import_catalog(
    file: BinaryIO, reject: Callable[[int, str], None], warn: Callable[[int, str], None] | None = None
) -> Imported:
    """Update the stored catalog from a CSV file, and write outbox entries for products to reindex (R17).

    `reject` is called for each rejected row, in order, with its line number and the reason; the others are
    imported. `warn` is called in the same way for rows imported without a price. Memory use is constant.
    Raises Unreadable, with nothing changed, for a file that isn't a catalog, including one with more than a
    million rejected rows.
    """
    sheet = Sheet(file, COLUMNS, OPTIONAL_COLUMNS)
    with staging.open_staging(direct_engine()) as connection:
        accepted, rejected = _stage(connection, sheet)
        warned = _tell(connection, staging.WARNED, warn)
        with_upc = "upc" in sheet.columns
        changing = list_differing(connection, with_upc, accepted)
        if changing.number:
            contradictions = _reject_contradictions(connection, changing.table)
            accepted, rejected = accepted - contradictions, rejected + contradictions
        _tell(connection, staging.REJECTED, reject)
        connection.commit()
        imported = apply_rows(connection, changing, with_upc, accepted + rejected, rejected)
        if changing.number:
            alias_check.refresh(connection)
            connection.commit()
        return replace(imported, warned=warned)


def _tell(connection: Connection, table: Table, tell: Callable[[int, str], None] | None) -> int:
    """Report the lines of a table with their reasons, in the order of the file; return how many."""
    count = 0
    for line, reason in staging.reported_rows(connection, table):
        count += 1
        if tell:
            tell(line, reason)
    return count


def _stage(connection: Connection, sheet: Sheet) -> tuple[int, int]:
    """Stage the rows; return how many are accepted, and how many are rejected on their own."""
    manufacturers = Manufacturers(db.engine)
    accepted = rejected = 0
    for chunk in _chunks(sheet, manufacturers):
        staging.load(connection, staging.STAGED, chunk.good)
        staging.load(connection, staging.REJECTED, chunk.bad)
        staging.load(connection, staging.WARNED, chunk.warned)
        connection.commit()
        accepted += len(chunk.good)
        rejected += len(chunk.bad)
        if rejected > MOST_REJECTED:
            raise Unreadable(
                f"more than {MOST_REJECTED:,} rows can't be imported. Check that this is a catalog file"
            )
    return accepted, rejected


class _Chunk(NamedTuple):
    """Rows for `staging.STAGED`, `staging.REJECTED` and `staging.WARNED`."""

    good: list[tuple[Any, ...]]
    bad: list[tuple[int, str]]
    warned: list[tuple[int, str]]


def _chunks(sheet: Sheet, manufacturers: Manufacturers) -> Iterator[_Chunk]:
    chunk = _Chunk([], [], [])
    for row in sheet:
        try:
            staged = _staged(row, manufacturers)
            chunk.good.append(staged)
            if staged[_MSRP] is None and (said := warning(row.cells)):
                chunk.warned.append((row.line, said))
        except Rejected as rejection:
            chunk.bad.append((row.line, str(rejection)))
        if len(chunk.good) + len(chunk.bad) >= CHUNK:
            yield chunk
            chunk = _Chunk([], [], [])
    yield chunk


def _staged(row: Row, manufacturers: Manufacturers) -> tuple[Any, ...]:
    """Return the columns of `staging.STAGED` in order. Raises Rejected."""
    owned = manufacturers.of_cells(row.cells)
    if owned and (fields := plain_fields(row.cells[_PART_NUMBER:])):
        return row.line, *owned, *fields
    if row.reason:
        raise Rejected(row.reason)
    parsed = parse(row.cells)
    manufacturer_id, owner = manufacturers.resolve(parsed)
    owned = manufacturer_id, parsed.catalog, owner
    manufacturers.remember(row.cells, owned)
    return row.line, *owned, *fields_of(parsed)


def _reject_contradictions(connection: Connection, rows: str) -> int:
    """Reject rows of a table that assign a part number to two products; return how many."""
    connection.execute(text(statements.LIST_REPEATED_PART_NUMBERS.format(rows=rows)))
    staging.tell_sizes(connection, "repeated_part_numbers")
    contradictions = 0
    if connection.execute(text(statements.COUNT_REPEATED_PART_NUMBERS)).scalar_one():
        contradictions = connection.execute(text(statements.REJECT_CONTRADICTIONS.format(rows=rows))).rowcount
        connection.execute(text(statements.DROP_REJECTED.format(rows=rows)))
    connection.commit()
    return contradictions
