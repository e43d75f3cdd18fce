"""Executes the statements that apply a code, each with the parameters that it names."""

from __future__ import annotations

import re
from typing import Any, cast

from sqlalchemy import CursorResult, Row, TextClause, bindparam, text

from webapp.extensions import db

Key = dict[str, Any]

_NAMES = re.compile(r"(?<![:\w]):([a-z_]+)")


def execute(statement: str, key: Key) -> int:
    """Execute a statement and return the number of rows it wrote."""
    result = cast(CursorResult[Any], db.session.execute(*_bound(statement, key)))
    return max(result.rowcount, 0)


def count(statement: str, key: Key) -> int:
    """Return the number that a query yields; 0 if it yields none."""
    return int(db.session.scalar(*_bound(statement, key)) or 0)


def rows(statement: str, key: Key) -> list[Row[*tuple[Any, ...]]]:
    """Return the rows of a query."""
    return list(db.session.execute(*_bound(statement, key)))


def _bound(statement: str, key: Key) -> tuple[TextClause, Key]:
    named = {name: key[name] for name in _NAMES.findall(statement)}
    lists = [name for name, value in named.items() if isinstance(value, list)]
    return text(statement).bindparams(*(bindparam(name, expanding=True) for name in lists)), named
