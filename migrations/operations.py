"""Operations for large tables, shared by migrations. They are independent of the schema.

On PostgreSQL each takes only locks that block other transactions briefly. On SQLite, which has one writer at
a time, a table is rebuilt if SQLite cannot alter it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op

_IS_VALID = sa.text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")
_CHECK = sa.text("""
    SELECT convalidated FROM pg_constraint
    WHERE conrelid = CAST(:table AS regclass) AND conname = :name AND contype = 'c'
""")


def is_postgresql() -> bool:
    """Return whether the migration runs on PostgreSQL."""
    return op.get_bind().dialect.name == "postgresql"


@contextmanager
def own_transactions() -> Iterator[None]:
    """Commit each statement separately on PostgreSQL, so that no lock outlives its statement.

    Earlier statements are committed, and a failed migration is not rolled back: its steps must be idempotent,
    so that the next attempt continues. SQLite keeps the migration's one transaction.
    """
    if not is_postgresql():
        yield
        return
    with op.get_context().autocommit_block():
        yield


def create_index(name: str, table: str, columns: Sequence[str], **options: Any) -> None:
    """Create an index without blocking writes (`CREATE INDEX CONCURRENTLY` on PostgreSQL).

    An index that an interrupted attempt left invalid is dropped first. PostgreSQL does not do this for a
    partitioned table: create the index of each partition, then attach them.
    """
    if not is_postgresql():
        op.create_index(name, table, columns, if_not_exists=True, **options)
        return
    with own_transactions():
        if op.get_bind().scalar(_IS_VALID, {"name": name}) is False:
            op.drop_index(name, table, postgresql_concurrently=True)
        op.create_index(name, table, columns, postgresql_concurrently=True, if_not_exists=True, **options)


def drop_index(name: str, table: str) -> None:
    """Drop an index if it exists (`DROP INDEX CONCURRENTLY` on PostgreSQL)."""
    with own_transactions():
        op.drop_index(name, table, if_exists=True, postgresql_concurrently=is_postgresql() or None)


def replace_check(table: str, name: str, condition: str) -> None:
    """Replace a CHECK constraint; existing rows are validated without blocking reads or writes (PostgreSQL
    only).

    Between the two statements new rows are already checked. An interrupted attempt leaves the constraint
    unvalidated, and the next one replaces it again.
    """
    with own_transactions():
        op.execute(
            f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}, "
            f"ADD CONSTRAINT {name} CHECK ({condition}) NOT VALID"
        )
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")


def is_validated(table: str, name: str) -> bool:
    """Return whether a CHECK constraint exists and is validated (PostgreSQL only)."""
    return bool(op.get_bind().scalar(_CHECK, {"table": table, "name": name}))


def sqlite_definition(table: str) -> str:
    """Return the CREATE TABLE statement of a table in SQLite."""
    query = sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :table")
    return str(op.get_bind().execute(query, {"table": table}).scalar_one())


def rebuild_sqlite_table(
    table: str, change: Callable[[str], str], values: Mapping[str, str] | None = None
) -> None:
    """Change the definition of a SQLite table; rows, indexes and triggers are kept.

    `values` gives SQL expressions for new columns. Foreign keys must not be enforced, or dropping the old
    table would delete the rows that refer to it: migrations/env.py turns them off.
    """
    connection = op.get_bind()
    temporary = f"_rebuilt_{table}"
    definition = change(sqlite_definition(table))
    renamed = re.sub(rf'^CREATE TABLE "?{table}"?', f"CREATE TABLE {temporary}", definition)
    kept = sa.text(
        "SELECT sql FROM sqlite_master WHERE tbl_name = :table AND type IN ('index', 'trigger') AND sql <> ''"
    )
    others = connection.scalars(kept, {"table": table}).all()
    connection.exec_driver_sql(renamed)
    before = {column["name"] for column in sa.inspect(connection).get_columns(table)}
    added = values or {}
    after = [column["name"] for column in sa.inspect(connection).get_columns(temporary)]
    names = [name for name in after if name in before or name in added]
    read = ", ".join(f'"{name}"' if name in before else added[name] for name in names)
    written = ", ".join(f'"{name}"' for name in names)
    copy = f"INSERT INTO {temporary} ({written}) SELECT {read} FROM {table}"  # noqa: S608 - our names
    connection.exec_driver_sql(copy)
    connection.exec_driver_sql(f"DROP TABLE {table}")
    connection.exec_driver_sql(f"ALTER TABLE {temporary} RENAME TO {table}")
    for statement in others:
        connection.exec_driver_sql(statement)
