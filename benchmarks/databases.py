"""The databases that are measured: a SQLite file, and a PostgreSQL with durable settings."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from sandbox.servers.postgres import PostgresServer


@dataclass(frozen=True)
class Database:
    """An empty database: its title and address, and the process of its server, if it has one."""

    title: str
    url: str
    server: int | None = None

    def wal_position(self) -> int | None:
        """Bytes that PostgreSQL has written to its write-ahead log; None on SQLite."""
        if self.server is None:
            return None
        with psycopg.connect(self.url) as connection:
            row = connection.execute("SELECT pg_current_wal_insert_lsn() - '0/0'").fetchone()
        assert row is not None
        return int(row[0])

    def settle(self) -> None:
        """Write everything to disk, so that no later workload pays for an earlier one."""
        if self.server is None:
            with sqlite3.connect(self.url.removeprefix("sqlite:///")) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")


@contextmanager
def sqlite(folder: Path) -> Iterator[Database]:
    """A file in the folder."""
    yield Database(f"SQLite {sqlite3.sqlite_version}", f"sqlite:///{folder / 'benchmark.sqlite3'}")


@contextmanager
def postgresql(folder: Path) -> Iterator[Database]:
    """A server in the folder, with its usual settings, including fsync."""
    with PostgresServer(folder / "postgresql", durable=True) as server:
        url = server.create_database("benchmark")
        with psycopg.connect(url) as connection:
            version = connection.info.server_version
        yield Database(f"PostgreSQL {version // 10_000}.{version % 10_000}", url, server.pid)


DATABASES = {"sqlite": sqlite, "postgresql": postgresql}
