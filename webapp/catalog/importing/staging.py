"""Staging of a file's rows in temporary tables of one connection, without blocking others.

Nothing here locks stored rows. On SQLite the tables are kept in a file, so that memory use is constant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Column, Integer, MetaData, Table, Text, select, text
from sqlalchemy.engine import Connection, Engine

from webapp.core.pg_copy import copy_rows
from webapp.core.spreadsheet import Unreadable
from webapp.extensions import db
from webapp.models.types import KeyText

_METADATA: Final = MetaData()


def _product_columns() -> list[Column[Any]]:
    return [
        Column("brand", Text, nullable=False),
        Column("brand_key", KeyText, nullable=False),
        Column("mpn", Text, nullable=False),
        Column("mpn_key", KeyText, nullable=False),
        Column("name", Text, nullable=False),
        Column("msrp_cents", Integer),
        Column("upc", KeyText),
    ]


def _table_of_reasons(name: str) -> Table:
    return Table(
        name,
        _METADATA,
        Column("line", Integer, primary_key=True, autoincrement=False),
        Column("reason", Text, nullable=False),
        prefixes=["TEMPORARY"],
    )


STAGED: Final = Table(
    "staged_rows",
    _METADATA,
    Column("line", Integer, nullable=False),
    Column("manufacturer_id", Integer, nullable=False),
    Column("catalog", Text, nullable=False),
    Column("owner_key", Integer, nullable=False),
    Column("part_number", Text, nullable=False),
    Column("key", KeyText, nullable=False),
    Column("bare_key", KeyText, nullable=False),
    *_product_columns(),
    prefixes=["TEMPORARY"],
)

REJECTED: Final = _table_of_reasons("rejected_rows")

# Differences from the catalog, in the order in which they are written.
CHANGED_PRODUCTS: Final = Table(
    "changed_products",
    _METADATA,
    Column("position", Integer, primary_key=True),
    Column("line", Integer, nullable=False),
    Column("catalog", Text, nullable=False),
    Column("owner_key", Integer, nullable=False),
    *_product_columns(),
    Column("is_new", Integer, nullable=False),
    prefixes=["TEMPORARY"],
)

CHANGED_PART_NUMBERS: Final = Table(
    "changed_part_numbers",
    _METADATA,
    Column("position", Integer, primary_key=True),
    Column("line", Integer, nullable=False),
    Column("manufacturer_id", Integer, nullable=False),
    Column("product_id", Integer, nullable=False),
    Column("part_number", Text, nullable=False),
    Column("key", KeyText, nullable=False),
    Column("bare_key", KeyText, nullable=False),
    Column("former_product_id", Integer),
    Column("is_new", Integer, nullable=False),
    prefixes=["TEMPORARY"],
)

WARNED: Final = _table_of_reasons("warned_rows")


@contextmanager
def open_staging(engine: Engine) -> Iterator[Connection]:
    """Open a connection with the empty tables, which are dropped with it.

    Raises Unreadable if the connection goes through a pooler.
    """
    with engine.connect().execution_options(sqlite_begin="DEFERRED") as connection:
        _refuse_pooler(connection)
        # Closed afterwards instead of being returned to the pool with its tables and settings.
        connection.detach()
        if connection.dialect.name == "sqlite":
            connection.connection.execute("PRAGMA temp_store = FILE")
        _METADATA.create_all(connection, checkfirst=False)
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET work_mem = '64MB'")
        connection.commit()
        yield connection


def _refuse_pooler(connection: Connection) -> None:
    """Refuse PgBouncer: temporary tables need a session, which it reassigns between transactions.

    It reports a made-up process id to each client. If a direct URL is configured, that is trusted.
    """
    if connection.dialect.name != "postgresql" or connection.engine is not db.engine:
        return
    driver: Any = connection.connection.dbapi_connection
    if driver.info.backend_pid != connection.execute(text("SELECT pg_backend_pid()")).scalar_one():
        raise Unreadable("a catalog import needs PostgreSQL itself, not a pooler: set DATABASE_DIRECT_URL")


def load(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows, each with every column in order, by the fastest method of the database."""
    names = [column.name for column in table.columns]
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        copy_rows(connection, table.name, names, rows)
        return
    marks = ", ".join("?" * len(names))
    connection.exec_driver_sql(
        f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})",  # noqa: S608 # nosec B608 - our names
        list(rows),
    )


def reported_rows(connection: Connection, table: Table) -> Iterable[tuple[int, str]]:
    """Return the rejected or warned rows in the order of the file: line number and reason."""
    ordered = select(table.c.line, table.c.reason).order_by(table.c.line)
    for row in connection.execute(ordered.execution_options(yield_per=1000)):
        yield row.line, row.reason


def inform_planner(connection: Connection, *tables: str) -> None:
    """Update PostgreSQL's table statistics; autovacuum never does so for temporary tables."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"ANALYZE {', '.join(tables)}"))


def tell_sizes(connection: Connection, *tables: str) -> None:
    """Inform the planner of temporary tables by a small sample, enough for their sizes."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL default_statistics_target = 10"))
    inform_planner(connection, *tables)
