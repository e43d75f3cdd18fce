"""Stores pages of parts in `reported_parts`: COPY on PostgreSQL, a batch insert on SQLite."""

from __future__ import annotations

from collections.abc import Sequence

from jobs.sync.rules import StagedPart
from webapp.core.pg_copy import copy_rows
from webapp.extensions import db

_COLUMNS = ("run_item_id", *StagedPart._fields)


def store(item_id: int, parts: Sequence[StagedPart]) -> None:
    """Append parts of an item, with ids in the order reported (R10)."""
    if not parts:
        return
    if db.engine.dialect.name == "postgresql":
        rows = ((item_id, *part) for part in parts)
        copy_rows(db.session.connection(), "reported_parts", _COLUMNS, rows)
    else:
        _insert(item_id, parts)


def _insert(item_id: int, parts: Sequence[StagedPart]) -> None:
    placeholders = ", ".join("?" for _ in _COLUMNS)
    db.session.connection().exec_driver_sql(
        f"INSERT INTO reported_parts ({', '.join(_COLUMNS)}) VALUES ({placeholders})",  # noqa: S608 # nosec B608 - our names
        [(item_id, *part) for part in parts],
    )
