"""Bulk insert by PostgreSQL's COPY, ten times faster than INSERT."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError


def copy_rows(
    connection: Connection, table: str, columns: Iterable[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Append rows, each with a value for every column, within the connection's transaction.

    PostgreSQL's errors are raised as SQLAlchemy errors, as everywhere else.
    """
    # Not `driver_connection`, which a detached connection doesn't have.
    driver: Any = connection.connection.dbapi_connection
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as error:
        if driver.broken:
            connection.invalidate()
        raise DBAPIError.instance(f"COPY {table}", None, error, psycopg.Error) from error
