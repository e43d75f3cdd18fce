"""Databases that earlier versions created (tests/migrations/dumps/README.md)."""

from __future__ import annotations

import gzip
import shutil
import sqlite3
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

DUMPS = sorted(path.name for path in (Path(__file__).parent / "dumps").glob("*.sql.gz"))
Rows = dict[str, list[dict[str, Any]]]


class Databases:
    """Databases that a test creates, empty or as copies of another one, and drops."""

    def __init__(self, kind: str, folder: Path, request: pytest.FixtureRequest) -> None:
        self._kind, self._folder, self._request = kind, folder, request
        self._created: list[str] = []

    def create(self, template: str | None = None) -> str:
        """The address of a new database; `template` is a path, or a name on PostgreSQL."""
        name = f"earlier_{uuid4().hex[:12]}"
        if self._kind == "sqlite":
            path = self._folder / f"{name}.sqlite3"
            if template:
                shutil.copy(template, path)
            return f"sqlite:///{path}"
        self._created.append(name)
        given = {"template": template} if template else {}
        return str(self._request.getfixturevalue("postgres_server").create_database(name, **given))

    def drop(self) -> None:
        for name in self._created:
            self._request.getfixturevalue("postgres_server").drop_database(name)


def kind_of(dump: str) -> str:
    return "sqlite" if ".sqlite." in dump else "postgresql"


def restore(dump: str, url: str) -> None:
    """Create what the dump holds in an empty database."""
    script = gzip.decompress((Path(__file__).parent / "dumps" / dump).read_bytes()).decode()
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        connection.executescript(script)
        connection.close()
        return
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(script)  # type: ignore[arg-type]


def rows_of(connection: Connection) -> Rows:
    """All rows of all tables but the search index's, in a fixed order."""
    return {
        table: sorted(
            (dict(row) for row in connection.execute(text(f'SELECT * FROM "{table}"')).mappings()), key=str
        )
        for table in inspect(connection).get_table_names()
        if not table.startswith("webstore_documents")
    }


def kept(before: Rows, after: Rows) -> Rows:
    """The rows after an upgrade, of the tables and with the columns that were there before it."""
    kept: Rows = {}
    for table, rows in before.items():
        names = rows[0].keys() if rows else ()
        kept[table] = sorted(({name: row[name] for name in names} for row in after[table]), key=str)
    return kept
