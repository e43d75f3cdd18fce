"""Stores the items of a plan with their mappings: two statements, whatever the number of codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import insert

from webapp.extensions import db
from webapp.models import RunItem, RunMapping

# What a plan says of an item and of a mapping; all else begins as the columns' defaults.
_ITEM: Final = ("run_id", "position", "supplier_code", "code_key", "status", "error", "finished_at")
_MAPPING: Final = ("manufacturer_id", "position", "lead_time_days", "pricing")
_INSERT_ITEMS: Final = insert(RunItem.__table__).returning(  # type: ignore[arg-type]
    RunItem.__table__.c.id, sort_by_parameter_order=True
)
_INSERT_MAPPINGS: Final = insert(RunMapping.__table__)  # type: ignore[arg-type]


def store(items: Sequence[RunItem]) -> None:
    """Insert planned items, which get their ids. They stay out of the session, which takes longer."""
    if not items:
        return
    ids = db.session.scalars(_INSERT_ITEMS, [_values(item, _ITEM) for item in items]).all()
    rows: list[dict[str, Any]] = []
    for item, item_id in zip(items, ids, strict=True):
        item.id = item_id
        rows += [{"run_item_id": item_id, **_values(mapping, _MAPPING)} for mapping in item.mappings]
    if rows:
        db.session.execute(_INSERT_MAPPINGS, rows)


def _values(row: RunItem | RunMapping, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
