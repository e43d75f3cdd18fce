"""Second half of an import: staged rows are compared with the catalog, and differences written in batches."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, text
from sqlalchemy.engine import Connection

from webapp.catalog.importing import staging, statements
from webapp.core import clock
from webapp.models.types import UtcDateTime

# Rows in one transaction: other writers wait no longer than it takes.
SLICE = 20_000
# Fewer rows are looked up individually in less time than a full table scan takes.
MANY = 20_000


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


def apply_staged(connection: Connection, with_upc: bool, rows: int, rejected: int) -> Imported:
    """Write what differs from the catalog; commits each batch. `rows` includes the rejected ones."""
    staged = rows - rejected
    _list(connection, "changed_products", statements.changed_products(with_upc), staged)
    products, products_new = _counts(connection, statements.COUNT_PRODUCTS)
    _write(connection, products, statements.NOTE_PRODUCTS, statements.write_products(with_upc))
    _list(connection, "changed_part_numbers", statements.CHANGED_PART_NUMBERS, staged)
    numbers, numbers_new = _counts(connection, statements.COUNT_PART_NUMBERS)
    _forget_totals(connection, numbers)
    _write(connection, numbers, statements.NOTE_PART_NUMBERS, statements.WRITE_PART_NUMBERS)
    if products_new or numbers_new:
        staging.inform_planner(connection, "products", "part_numbers")
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
    staging.inform_planner(connection, table)
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
