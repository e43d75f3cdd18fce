"""Conditions over long lists of ids."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, String, any_, bindparam, cast, func, select
from sqlalchemy.engine import Connection


def in_ids(connection: Connection, column: Any, ids: Iterable[int]) -> ColumnElement[bool]:
    """Return whether a column is in a list of ids, passed to the database as one array."""
    listed = ",".join(map(str, ids))
    if connection.dialect.name == "postgresql":
        array = cast(bindparam(None, f"{{{listed}}}", String), ARRAY(BigInteger))
        is_among: ColumnElement[bool] = column == any_(array)
        return is_among
    values = func.json_each(f"[{listed}]").table_valued("value")
    is_listed: ColumnElement[bool] = column.in_(select(values.c.value))
    return is_listed
