"""What keeping large tables in order costs PostgreSQL, once a day of syncs has changed rows all over them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

import psycopg

HEADINGS: Final = ("table", "dead rows", "vacuum s", "the same with nothing to do", "")
TABLES: Final = ("shelf_stock", "webstore_figures")
# Of all rows: a hundredth at each of a day's four slots.
A_DAY: Final = 0.04
_CHANGE: Final = {
    "shelf_stock": "UPDATE shelf_stock SET quantity = quantity + 1 WHERE product_id % 25 = 7",
    "webstore_figures": "UPDATE webstore_figures SET shelf_quantity = shelf_quantity + 1"
    " WHERE product_id % 25 = 7 AND shelf_quantity > 0",
}


def costs(url: str) -> Iterator[tuple[str, ...]]:
    """A line for each table under `HEADINGS`."""
    with psycopg.connect(url, autocommit=True) as connection:
        for table in TABLES:
            _vacuum(connection, table)
            changed = connection.execute(_CHANGE[table]).rowcount
            connection.execute("CHECKPOINT")
            busy, idle = _vacuum(connection, table), _vacuum(connection, table)
            yield table, f"{changed:,}", f"{busy:.1f}", f"{idle:.2f}", ""


def _vacuum(connection: psycopg.Connection, table: str) -> float:
    began = time.perf_counter()
    connection.execute(f"VACUUM (ANALYZE, INDEX_CLEANUP ON) {table}")
    return time.perf_counter() - began
