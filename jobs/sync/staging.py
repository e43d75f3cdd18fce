"""Keeps what was reported: pages of parts into `reported_parts`, the fastest way each database has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from sqlalchemy.exc import DBAPIError

from jobs.sync.rules import StagedPart
from webapp.extensions import db

_COLUMNS = ("run_item_id", *StagedPart._fields)


def store(item_id: int, parts: Sequence[StagedPart]) -> None:
    """Append parts of an item, in the order reported: the ids that they get keep it (R10)."""
    if not parts:
        return
    if db.engine.dialect.name == "postgresql":
        _copy(item_id, parts)
    else:
        _insert(item_id, parts)


def _copy(item_id: int, parts: Sequence[StagedPart]) -> None:
    connection = db.session.connection()
    driver: Any = connection.connection.driver_connection
    try:
        with (
            driver.cursor() as cursor,
            cursor.copy(f"COPY reported_parts ({', '.join(_COLUMNS)}) FROM STDIN") as copy,
        ):
            for part in parts:
                copy.write_row((item_id, *part))
    except psycopg.Error as error:
        # It did not pass through SQLAlchemy, as whose error a refusal is known everywhere else.
        if driver.broken:
            connection.invalidate()
        raise DBAPIError.instance("COPY reported_parts", None, error, psycopg.Error) from error


def _insert(item_id: int, parts: Sequence[StagedPart]) -> None:
    places = ", ".join("?" for _ in _COLUMNS)
    db.session.connection().exec_driver_sql(
        f"INSERT INTO reported_parts ({', '.join(_COLUMNS)}) VALUES ({places})",  # noqa: S608 # nosec B608 - our names
        [(item_id, *part) for part in parts],
    )
