"""The floor: the same pages decoded, loaded and joined into one table, and nothing else.

No check of a part, no report, no figures, no index, one transaction, one step after the other. No complete
sync can be faster unless its steps overlap.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, cast

import msgspec
import psycopg

from benchmarks.workloads.fetching import pages
from webapp.extensions import db

_TABLES = (
    "DROP TABLE IF EXISTS floor_staged",
    "DROP TABLE IF EXISTS floor_stock",
    "CREATE TABLE floor_staged (code text, key text, quantity integer, price integer)",
    """
    CREATE TABLE floor_stock (
        product_id integer NOT NULL, manufacturer_id integer NOT NULL, quantity integer, price integer,
        PRIMARY KEY (product_id, manufacturer_id)
    )
    """,
)
_UPSERT = """
    INSERT INTO floor_stock (product_id, manufacturer_id, quantity, price)
    SELECT p.product_id, p.manufacturer_id, s.quantity, s.price
    FROM floor_staged AS s
    JOIN supplier_codes AS c ON c.dealer_id = :dealer AND c.code_key = s.code
    JOIN part_numbers AS p ON p.manufacturer_id = c.manufacturer_id AND p.key = s.key
    WHERE true
    ON CONFLICT (product_id, manufacturer_id) DO UPDATE
       SET quantity = excluded.quantity, price = excluded.price
"""


class _Part(msgspec.Struct, gc=False):
    SupplierCode: str
    PartNumber: str
    OnHand: int
    Retail: float


_PARTS = msgspec.json.Decoder(list[_Part])


class Floor:
    """Pages are fetched before the clock starts."""

    def __init__(self, dealer_id: str) -> None:
        self._dealer_id = int(dealer_id)
        self._bodies = list(pages())
        self._rows = 0
        for statement in _TABLES:
            db.session.execute(db.text(statement))
        db.session.commit()

    def run(self) -> None:
        rows = chain.from_iterable(map(_rows, self._bodies))
        if db.engine.dialect.name == "postgresql":
            _copy(rows)
        else:
            db.session.connection().exec_driver_sql(
                "INSERT INTO floor_staged VALUES (?, ?, ?, ?)", cast(Any, list(rows))
            )
        self._rows = cast(Any, db.session.execute(db.text(_UPSERT), {"dealer": self._dealer_id})).rowcount
        db.session.commit()

    def facts(self) -> dict[str, Any]:
        return {"rows": self._rows}


def _rows(body: bytes) -> Iterator[tuple[str, str, int, int]]:
    for part in _PARTS.decode(body):
        yield part.SupplierCode.lower(), part.PartNumber.lower(), part.OnHand, round(part.Retail * 100)


def _copy(rows: Iterator[tuple[str, str, int, int]]) -> None:
    connection = cast(psycopg.Connection, db.session.connection().connection.driver_connection)
    with connection.cursor() as cursor, cursor.copy("COPY floor_staged FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
