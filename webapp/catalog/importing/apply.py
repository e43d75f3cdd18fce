"""Second half of an import: staged rows are compared with the catalog, and differences written in batches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import bindparam, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from webapp.catalog.importing import staging, statements
from webapp.catalog.importing.differing import Rows, scan_tables
from webapp.core import clock
from webapp.models.types import UtcDateTime

# Rows in one transaction: other writers wait no longer than it takes.
SLICE = 20_000


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


def apply_rows(connection: Connection, changing: Rows, with_upc: bool, rows: int, rejected: int) -> Imported:
    """Write what differs from the catalog; commits each batch.

    `changing` are the rows that may change something. `rows` is the number of all, including the `rejected`.
    """
    unchanged = rows - rejected
    if not changing.number:
        _count_totals(connection)
        return Imported(rows, 0, 0, 0, 0, unchanged, rejected)
    listing = statements.changed_products(changing.table, with_upc)
    products = _list(connection, "changed_products", listing, changing.number)
    _write(connection, products, statements.write_products(with_upc))
    listing = statements.changed_part_numbers(changing.table)
    numbers = _list(connection, "changed_part_numbers", listing, changing.number)
    _forget_totals(connection, numbers.number)
    _write(connection, numbers, statements.WRITE_PART_NUMBERS)
    if products.new or numbers.new:
        staging.inform_planner(connection, "products", "part_numbers")
    # A concurrent import that ended since has counted half of this one.
    _forget_totals(connection, numbers.number)
    _count_totals(connection)
    (changed,) = _counts(connection, statements.COUNT_CHANGING_ROWS)
    return Imported(
        rows=rows,
        products_new=products.new,
        products_changed=products.number - products.new,
        part_numbers_new=numbers.new,
        part_numbers_changed=numbers.number - numbers.new,
        unchanged=unchanged - changed,
        rejected=rejected,
    )


class _Listed(NamedTuple):
    """Number of entries of a temporary list, and how many of them are new."""

    number: int
    new: int


def _forget_totals(connection: Connection, changing: int) -> None:
    if changing:
        connection.execute(text(statements.FORGET_TOTALS))
        connection.commit()


def _count_totals(connection: Connection) -> None:
    """Count the products of changed manufacturers, including those left by an interrupted import."""
    connection.execute(text(statements.COUNT_TOTALS))
    connection.commit()


def _list(connection: Connection, table: str, statement: str, rows: int) -> _Listed:
    """Fill one of the temporary lists from so many rows."""
    scan_tables(connection, rows)
    connection.execute(text(statement))
    staging.tell_sizes(connection, table)
    connection.commit()
    return _Listed(*_counts(connection, statements.COUNT_LISTED.format(table=table)))


def _counts(connection: Connection, statement: str) -> list[int]:
    counts = [int(count) for count in connection.execute(text(statement)).one()]
    connection.commit()
    return counts


def _write(connection: Connection, listed: _Listed, write: statements.Write) -> None:
    """Write a list batch by batch, each with its outbox entries in one transaction.

    Each raises the versions of the catalogs, so that runs match their parts again.
    """
    owners = [int(owner) for owner in connection.scalars(text(write.owners))]
    connection.commit()
    connection.execution_options(sqlite_begin="IMMEDIATE")
    is_all_new = listed.new == listed.number
    note = write.note if write.notes_new or not is_all_new else ""
    for first in range(1, listed.number + 1, SLICE):
        bounds = {"first": first, "last": first + SLICE - 1}
        try:
            # A plain insert takes less time, and fails if a concurrent import has added one of the rows.
            _write_batch(connection, note, write.insert if is_all_new else write.upsert, bounds, owners)
        except IntegrityError:
            connection.rollback()
            _write_batch(connection, note, write.upsert, bounds, owners)
    connection.execution_options(sqlite_begin="DEFERRED")


def _write_batch(
    connection: Connection, note: str, write: str, bounds: dict[str, int], owners: list[int]
) -> None:
    if note:
        # The outbox entries first: once the batch is written nothing differs any more.
        noting = text(note).bindparams(bindparam("now", type_=UtcDateTime))
        connection.execute(noting, {**bounds, "now": clock.now()})
    connection.execute(text(write), bounds)
    connection.execute(text(statements.RAISE_VERSION), [{"owner": owner} for owner in owners])
    connection.commit()
