"""Executes the statements that apply a code, each with the parameters that it names."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import bindparam, text

from webapp.extensions import db

Key = dict[str, Any]

_NAMES = re.compile(r"(?<![:\w]):([a-z_]+)")


def execute(statement: str, key: Key) -> int:
    """Execute a statement; how many rows it wrote."""
    result: Any = db.session.execute(*_bound(statement, key))
    return max(int(result.rowcount), 0)


def count(statement: str, key: Key) -> int:
    """The number that a query gives; 0 where it gives none."""
    return int(db.session.scalar(*_bound(statement, key)) or 0)


def rows(statement: str, key: Key) -> list[Any]:
    """The rows of a query."""
    return list(db.session.execute(*_bound(statement, key)))


def _bound(statement: str, key: Key) -> tuple[Any, Key]:
    named = {name: key[name] for name in _NAMES.findall(statement)}
    lists = [name for name, value in named.items() if isinstance(value, list)]
    return text(statement).bindparams(*(bindparam(name, expanding=True) for name in lists)), named
