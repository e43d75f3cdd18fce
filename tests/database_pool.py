"""Reuse of a PostgreSQL database by one test after the other.

Creating a copy of the template, connecting to it for the first time and dropping it takes longer than most
tests; deleting the few rows that a test wrote does not. Each test still gets an empty database of a new name.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from sandbox.servers.databases import Databases
from sandbox.servers.postgres import PostgresServer

# Deleted rows stay in the files and make scans slower; after so many a new copy is cheaper.
_MOST_DELETED_ROWS = 5_000
# Seconds. A backend that is told to end does so within milliseconds, unless it hangs in the kernel.
_DISCONNECT_WITHIN = 10
_FIRST_USER_OID = 16_384
_VERSIONS = "alembic_version"
# Each with the column that tells our objects from those of the system. A changed schema, a truncated table
# and statistics of the planner leave traces here.
_CATALOGS = {
    "pg_attrdef": "oid",
    "pg_attribute": "attrelid",
    "pg_class": "oid",
    "pg_constraint": "oid",
    "pg_index": "indexrelid",
    "pg_proc": "oid",
    "pg_statistic": "starelid",
    "pg_trigger": "oid",
    "pg_type": "oid",
}
# Those that have had rows: to look into each of the others takes as long as all else.
_TABLES = """
    SELECT relname FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> %s
    AND pg_relation_size(oid) > 0
"""
_OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
_RESET_SEQUENCES = """
    SELECT setval(seqrelid, seqstart, false) FROM pg_sequence
    WHERE pg_sequence_last_value(seqrelid) IS NOT NULL
"""


class NotReusable(Exception):
    """The test changed more than rows, or a client stays connected."""


class DatabasePool:
    """Copies of a template database; one that is returned is emptied, renamed and given out again."""

    def __init__(self, server: PostgresServer | Databases, template: str) -> None:
        self._server = server
        self._template = template
        self._spare = ""
        self._deleted_rows = 0
        self._catalogs: Sequence[Any] = ()

    def take(self) -> str:
        """Return the address of an empty migrated database."""
        name = f"test_{uuid4().hex[:12]}"
        spare, self._spare = self._spare, ""
        if not spare:
            return self._create(name)
        try:
            self._rename(spare, name)
        except psycopg.Error:
            # A client of an earlier test has reconnected, or the connection broke before or after the change.
            for left_over in (spare, name):
                self._server.drop_database(left_over)
            return self._create(name)
        return self._address(name)

    def give_back(self, url: str) -> None:
        """Keep the database for the next test, or drop it if it cannot be made as new."""
        name = str(make_url(url).database)
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                self._empty(connection)
        except (psycopg.Error, NotReusable):
            self._server.drop_database(name)
        else:
            self._spare = name

    def close(self) -> None:
        if self._spare:
            self._server.drop_database(self._spare)

    def _create(self, name: str) -> str:
        url = self._server.create_database(name, template=self._template)
        with psycopg.connect(url) as connection:
            self._catalogs = _catalogs(connection)
        self._deleted_rows = 0
        return url

    def _rename(self, spare: str, name: str) -> None:
        """Whatever an earlier test left behind knows the old name, and finds nothing there."""
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        with psycopg.connect(self._server.url, autocommit=True) as connection:
            connection.execute(rename.format(sql.Identifier(spare), sql.Identifier(name)))

    def _address(self, name: str) -> str:
        return make_url(self._server.url).set(database=name).render_as_string(hide_password=False)

    def _empty(self, connection: psycopg.Connection[Any]) -> None:
        _disconnect_others(connection)
        if _catalogs(connection) != self._catalogs:
            raise NotReusable
        # Without triggers, among them those of foreign keys, the order of the tables does not matter.
        connection.execute("SET session_replication_role = replica")
        for name in _tables_with_rows(connection):
            delete = sql.SQL("DELETE FROM {}").format(sql.Identifier(name))
            self._deleted_rows += connection.execute(delete).rowcount
        connection.execute(_RESET_SEQUENCES)
        if self._deleted_rows > _MOST_DELETED_ROWS:
            raise NotReusable


def _disconnect_others(connection: psycopg.Connection[Any]) -> None:
    connection.execute(f"SELECT pg_terminate_backend(pid) {_OTHERS}")
    deadline = time.monotonic() + _DISCONNECT_WITHIN
    while connection.execute(f"SELECT 1 {_OTHERS} LIMIT 1").fetchone():
        if time.monotonic() > deadline:
            raise NotReusable
        time.sleep(0.005)


def _catalogs(connection: psycopg.Connection[Any]) -> Sequence[Any]:
    """Return figures that differ once anything but rows of our tables has changed."""
    figures = [
        f"(SELECT (count(*), sum(xmin::text::bigint)) FROM {catalog} WHERE {oid} >= {_FIRST_USER_OID})"
        for catalog, oid in _CATALOGS.items()
    ]
    figures.append("(SELECT (sum(relfilenode::bigint), sum(reltuples)) FROM pg_class)")
    figures.append("(SELECT count(*) FROM pg_db_role_setting)")
    figures.append(f"(SELECT string_agg(version_num, ',') FROM {_VERSIONS})")
    return connection.execute(f"SELECT {', '.join(figures)}").fetchone() or ()


def _tables_with_rows(connection: psycopg.Connection[Any]) -> list[str]:
    tables = connection.execute(_TABLES, [_VERSIONS]).fetchall()
    checks = [
        sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(sql.Literal(name), sql.Identifier(name))
        for (name,) in tables
    ]
    if not checks:
        return []
    return [name for (name,) in connection.execute(sql.SQL(" UNION ALL ").join(checks)).fetchall()]
