"""Changes of shelf stock that an item made in a savepoint, kept as planned ones."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import insert, select

from webapp.extensions import db
from webapp.models import ItemChanges, PlannedChanges
from webapp.previews.summary import Summary


class PackedChanges(NamedTuple):
    """A row of ItemChanges: up to ten thousand changes with one cause."""

    cause: str
    changes: int
    largest: bytes
    body: bytes


def changes_of(item_id: int, *, with_frozen: bool = False) -> list[PackedChanges]:
    """Return what an item changed, before the savepoint is rolled back; compressed, it is not much.

    And `with_frozen`, what freezes kept back (R26).
    """
    return [*_rows(ItemChanges, item_id), *(withheld_by(item_id) if with_frozen else ())]


def withheld_by(item_id: int) -> list[PackedChanges]:
    """Return what an item did not change, as freezes or a hold kept it back (R26, R27)."""
    return _rows(PlannedChanges, item_id)


def _rows(table: type[ItemChanges | PlannedChanges], item_id: int) -> list[PackedChanges]:
    columns = table.cause, table.changes, table.largest, table.body
    query = select(*columns).where(table.run_item_id == item_id).order_by(table.id)
    return [PackedChanges(*row) for row in db.session.execute(query)]


def summary_of(blocks: Iterable[PackedChanges]) -> Summary:
    """Return the summary of changes."""
    summary = Summary()
    for block in blocks:
        summary.add_block(block.body, block.cause)
    return summary


def keep(
    changes: Collection[PackedChanges],
    dealer_id: int,
    code_key: str,
    *,
    run_item_id: int | None = None,
    preview_id: int | None = None,
) -> None:
    """Store the changes of a plan with a run item or a preview. The caller commits."""
    owner = {"dealer_id": dealer_id, "code_key": code_key}
    rows = [
        {**owner, "run_item_id": run_item_id, "preview_id": preview_id, **block._asdict()}
        for block in changes
    ]
    if rows:
        db.session.execute(insert(PlannedChanges), rows)
