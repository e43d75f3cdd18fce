"""A scan's parts in a temporary table of one transaction, each part once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Column, Integer, MetaData, Table, Text, select, text
from sqlalchemy.engine import Connection

from webapp.code_discovery import scanned_parts
from webapp.core.pg_copy import copy_rows
from webapp.core.text_keys import key_of
from webapp.extensions import db
from webapp.models import CodeScanBlock
from webapp.models.types import BigId, KeyText

_METADATA: Final = MetaData()

RECEIVED: Final = Table(
    "received_parts",
    _METADATA,
    Column("place", Integer, nullable=False),
    Column("code_key", KeyText, nullable=False),
    Column("number_key", KeyText, nullable=False),
    Column("code", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("on_hand", BigId, nullable=False),
    Column("available", BigId, nullable=False),
    Column("cents", BigId, nullable=False),
    Column("is_stale", Integer, nullable=False),
    prefixes=["TEMPORARY"],
)

# The last row of a part wins (R10).
_KEEP_LAST: Final = """
    CREATE TEMPORARY TABLE scanned_parts AS
    SELECT * FROM (
        SELECT received_parts.*,
               row_number() OVER (PARTITION BY code_key, number_key ORDER BY place DESC) AS nth
        FROM received_parts
    ) AS ranked
    WHERE nth = 1
"""
_INDEX: Final = "CREATE INDEX ix_scanned_parts_number_key ON scanned_parts (number_key)"
_DROP: Final = ("DROP TABLE IF EXISTS scanned_parts", "DROP TABLE IF EXISTS received_parts")


@contextmanager
def staged(dealer_id: int, scan_number: int) -> Iterator[Connection]:
    """Yield a connection with the table `scanned_parts`; nothing of it is committed.

    It is one transaction, so it also works through a pooler, and blocks no other.
    """
    with db.engine.connect().execution_options(sqlite_begin="DEFERRED") as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        try:
            for statement in _DROP if is_sqlite else ():
                connection.exec_driver_sql(statement)
            RECEIVED.create(connection, checkfirst=False)
            _load_blocks(connection, dealer_id, scan_number)
            for statement in (_KEEP_LAST, _INDEX):
                connection.exec_driver_sql(statement)
            if not is_sqlite:
                connection.execute(text("ANALYZE scanned_parts"))
            yield connection
        finally:
            connection.rollback()


def _load_blocks(connection: Connection, dealer_id: int, scan_number: int) -> None:
    """Load the blocks one after the other, in bounded memory."""
    of_scan = CodeScanBlock.dealer_id == dealer_id, CodeScanBlock.scan_number == scan_number
    positions = connection.scalars(
        select(CodeScanBlock.position).where(*of_scan).order_by(CodeScanBlock.position)
    ).all()
    place = 0
    for position in positions:
        body = connection.scalar(
            select(CodeScanBlock.body).where(*of_scan, CodeScanBlock.position == position)
        )
        parts = scanned_parts.unpack(body or b"")
        rows = [
            (
                place + number,
                key_of(part.code),
                key_of(part.part_number),
                part.code,
                part.description,
                part.on_hand,
                part.available,
                part.cents,
                int(part.is_stale),
            )
            for number, part in enumerate(parts)
        ]
        place += len(rows)
        _load(connection, rows)


def _load(connection: Connection, rows: list[tuple[Any, ...]]) -> None:
    names = [column.name for column in RECEIVED.columns]
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        copy_rows(connection, RECEIVED.name, names, rows)
        return
    marks = ", ".join("?" * len(names))
    connection.exec_driver_sql(
        f"INSERT INTO {RECEIVED.name} ({', '.join(names)}) VALUES ({marks})",  # noqa: S608 # nosec B608 - our names
        rows,
    )
