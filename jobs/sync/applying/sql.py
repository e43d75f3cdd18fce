"""Statements over lists of values, the same for PostgreSQL and SQLite.

A list is one parameter: an array on PostgreSQL, JSON on SQLite. In a statement, `{name:text}` and
`{name:bigint}` stand for a table with the columns `value` and `place` (from 0).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import TextClause, text
from sqlalchemy.engine import Connection

T = TypeVar("T")

# Values of one statement: enough that its fixed cost does not count, and few enough for bounded memory.
BATCH = 10_000

# From so many rows on, COPY and lists are faster than statements for single rows.
MANY = 50

_LIST = re.compile(r"\{(\w+):(text|bigint)\}")


def rows(connection: Connection, statement: str, **values: Any) -> Sequence[Any]:
    """Execute a query and return its rows."""
    return connection.execute(*_bound(connection, statement, values)).all()


def execute(connection: Connection, statement: str, **values: Any) -> int:
    """Execute a statement and return the number of rows it wrote."""
    return max(0, connection.execute(*_bound(connection, statement, values)).rowcount)


def batches(values: Sequence[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    """Yield the values in batches."""
    for first in range(0, len(values), size):
        yield values[first : first + size]


def _bound(
    connection: Connection, statement: str, values: dict[str, Any]
) -> tuple[TextClause, dict[str, Any]]:
    is_sqlite = connection.dialect.name == "sqlite"
    listed = json.dumps if is_sqlite else array
    values = {name: listed(value) if isinstance(value, list) else value for name, value in values.items()}
    return _prepared(statement, is_sqlite), values


def array(values: Sequence[Any]) -> str:
    """Return PostgreSQL's text of an array of numbers, some of which may be None, or of texts.

    The driver would convert each value on its own.
    """
    if values and isinstance(values[0], str):
        text = "\x00".join(values)
        if "\\" in text or '"' in text:
            text = text.replace("\\", r"\\").replace('"', r"\"")
        return '{"' + text.replace("\x00", '","') + '"}'
    text = ",".join(map(str, values))
    return "{" + (text.replace("None", "NULL") if None in values else text) + "}"


@lru_cache(maxsize=256)
def _prepared(statement: str, is_sqlite: bool) -> TextClause:
    return text(_LIST.sub(_sqlite_list if is_sqlite else _postgresql_list, statement))


def _sqlite_list(found: re.Match[str]) -> str:
    name = found[1]
    return f"(SELECT value, key AS place FROM json_each(:{name})) AS {name}"  # noqa: S608 # nosec B608 - our names


def _postgresql_list(found: re.Match[str]) -> str:
    name, kind = found[1], found[2]
    listed = f"unnest(CAST(:{name} AS {kind}[])) WITH ORDINALITY AS {name}_list (value, number)"
    return f"(SELECT value, number - 1 AS place FROM {listed}) AS {name}"  # noqa: S608 # nosec B608 - our names


def plain(statement: str) -> TextClause:
    """Return a statement without lists, to execute with one or many sets of values."""
    return _prepared(statement, False)
