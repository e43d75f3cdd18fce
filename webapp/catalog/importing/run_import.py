"""Import pipeline: rows are validated and staged as a stream, compared, and written in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, BinaryIO

from sqlalchemy import Table, bindparam, text
from sqlalchemy.engine import Connection

from webapp.catalog.importing import staging, statements
from webapp.catalog.importing.manufacturers import Manufacturers
from webapp.catalog.importing.rows import COLUMNS, OPTIONAL_COLUMNS, Rejected, parse, warning
from webapp.core import clock
from webapp.core.spreadsheet import Row, Sheet, Unreadable
from webapp.core.text_keys import bare_key_of, key_of
from webapp.extensions import db, direct_engine
from webapp.models.types import UtcDateTime

# Batch sizes for memory, and for one transaction: other writers wait no longer than that.
CHUNK = 5_000
SLICE = 20_000
# Fewer rows are looked up individually in less time than a full table scan takes.
MANY = 20_000
# Each rejected row is stored and listed for review; a file with more of them isn't a catalog.
MOST_REJECTED = 1_000_000
_MSRP = list(staging.STAGED.columns.keys()).index("msrp_cents")


@dataclass(frozen=True)
class Imported:
    """Result of an import: `unchanged` rows changed nothing, `warned` ones were imported without a price."""

    rows: int
    products_new: int
    products_changed: int
    part_numbers_new: int
    part_numbers_changed: int
    unchanged: int
    rejected: int
    warned: int = 0


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
        rejected += _reject_contradictions(connection)
        _tell(connection, staging.REJECTED, reject)
        connection.commit()
        imported = _apply(connection, "upc" in sheet.columns, accepted + rejected, rejected)
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
    for chunk in _chunks(sheet):
        good: list[tuple[Any, ...]] = []
        bad: list[tuple[Any, ...]] = []
        warned: list[tuple[Any, ...]] = []
        for row in chunk:
            try:
                good.append(_staged(row, manufacturers))
                if good[-1][_MSRP] is None and (said := warning(row.cells)):
                    warned.append((row.line, said))
            except Rejected as rejection:
                bad.append((row.line, str(rejection)))
        staging.load(connection, staging.STAGED, good)
        staging.load(connection, staging.REJECTED, bad)
        staging.load(connection, staging.WARNED, warned)
        connection.commit()
        accepted += len(good)
        rejected += len(bad)
        if rejected > MOST_REJECTED:
            raise Unreadable(f"more than {MOST_REJECTED:,} rows cannot be taken: is it a catalog?")
    return accepted, rejected


def _chunks(sheet: Sheet) -> Iterator[list[Row]]:
    rows = iter(sheet)
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _staged(row: Row, manufacturers: Manufacturers) -> tuple[Any, ...]:
    """Return the columns of `staging.STAGED` in order."""
    if row.reason:
        raise Rejected(row.reason)
    parsed = parse(row.cells)
    manufacturer_id, owner = manufacturers.resolve(parsed)
    return (
        row.line,
        manufacturer_id,
        parsed.part_number,
        key_of(parsed.part_number),
        bare_key_of(parsed.part_number),
        parsed.catalog,
        owner,
        parsed.brand,
        key_of(parsed.brand),
        parsed.mpn,
        key_of(parsed.mpn),
        parsed.name,
        parsed.msrp_cents,
        parsed.upc,
    )


def _reject_contradictions(connection: Connection) -> int:
    """Reject rows that assign a part number to two products; return how many."""
    contradictions = connection.execute(text(statements.REJECT_CONTRADICTIONS)).rowcount
    if contradictions:
        connection.execute(text(statements.DROP_REJECTED))
    _inform_planner(connection, "staged_rows")
    connection.commit()
    return contradictions


def _inform_planner(connection: Connection, *tables: str) -> None:
    """Update PostgreSQL's table statistics; autovacuum never does so for temporary tables."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"ANALYZE {', '.join(tables)}"))


def _apply(connection: Connection, with_upc: bool, rows: int, rejected: int) -> Imported:
    staged = rows - rejected
    _list(connection, "changed_products", statements.changed_products(with_upc), staged)
    products, products_new = _counts(connection, statements.COUNT_PRODUCTS)
    _write(connection, products, statements.NOTE_PRODUCTS, statements.write_products(with_upc))
    _list(connection, "changed_part_numbers", statements.CHANGED_PART_NUMBERS, staged)
    numbers, numbers_new = _counts(connection, statements.COUNT_PART_NUMBERS)
    _forget_totals(connection, numbers)
    _write(connection, numbers, statements.NOTE_PART_NUMBERS, statements.WRITE_PART_NUMBERS)
    if products_new or numbers_new:
        _inform_planner(connection, "products", "part_numbers")
    # A concurrent import that ended since has counted half of this one.
    _forget_totals(connection, numbers)
    _count_totals(connection)
    (changing,) = _counts(connection, statements.COUNT_CHANGING_ROWS)
    return Imported(
        rows=rows,
        products_new=products_new,
        products_changed=products - products_new,
        part_numbers_new=numbers_new,
        part_numbers_changed=numbers - numbers_new,
        unchanged=staged - changing,
        rejected=rejected,
    )


def _forget_totals(connection: Connection, changing: int) -> None:
    if changing:
        connection.execute(text(statements.FORGET_TOTALS))
        connection.commit()


def _count_totals(connection: Connection) -> None:
    """Count the products of changed manufacturers, including those left by an interrupted import."""
    connection.execute(text(statements.COUNT_TOTALS))
    connection.commit()


def _list(connection: Connection, table: str, statement: str, staged: int) -> None:
    """Fill one of the temporary lists from the staged rows, with an index by position."""
    if connection.dialect.name == "postgresql" and staged > MANY:
        # The planner expects a handful of rows, and would look up a million one by one.
        connection.execute(text("SET LOCAL enable_nestloop = off"))
    connection.execute(text(statement))
    connection.execute(text(f"CREATE INDEX ix_{table}_position ON {table} (position)"))
    _inform_planner(connection, table)
    connection.commit()


def _counts(connection: Connection, statement: str) -> list[int]:
    counts = [int(count) for count in connection.execute(text(statement)).one()]
    connection.commit()
    return counts


def _write(connection: Connection, count: int, note: str, write: str) -> None:
    """Write a list batch by batch, each with its outbox entries in one transaction."""
    connection.execution_options(sqlite_begin="IMMEDIATE")
    noting = text(note).bindparams(bindparam("now", type_=UtcDateTime))
    for first in range(1, count + 1, SLICE):
        bounds = {"first": first, "last": first + SLICE - 1}
        # The outbox entries first: once the batch is written nothing differs any more.
        connection.execute(noting, {**bounds, "now": clock.now()})
        connection.execute(text(write), bounds)
        connection.commit()
    connection.execution_options(sqlite_begin="DEFERRED")
