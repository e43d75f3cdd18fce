"""Progress of runs, summed by the database: a run may have ten thousand items."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, case, func, select

from webapp.core.enums import ITEM_HELD
from webapp.core.run_states import ENDED_ITEM_STATES, RunItemState
from webapp.extensions import db
from webapp.models import Manufacturer, Run, RunItem, RunMapping
from webapp.runs.run_labels import Progress

ITEMS_A_PAGE: Final = 100
_SUMS: Final = (
    *("pages", "fetched", "synced", "skipped", "kept", "cleared", "changed", "prices_left", "prices_blocked"),
    *("kept_absent", "requests", "rate_waited_ms"),
)


def progress_of(run_ids: Collection[int]) -> dict[int, Progress]:
    """Return the sums of each run, including runs without items."""
    ended = func.sum(case((RunItem.status.in_(ENDED_ITEM_STATES), 1), else_=0))
    sums = [func.sum(getattr(RunItem, name)) for name in _SUMS]
    is_applied = and_(
        RunItem.status == RunItemState.SUCCEEDED, RunItem.error_kind.is_distinct_from(ITEM_HELD)
    )
    applied = func.sum(case((is_applied, RunItem.fetched), else_=0))
    query = select(RunItem.run_id, ended, func.count(), *sums, applied).where(RunItem.run_id.in_(run_ids))
    sums_by_run = {
        row[0]: Progress(*map(int, row[1:])) for row in db.session.execute(query.group_by(RunItem.run_id))
    }
    return {number: sums_by_run.get(number, Progress.none()) for number in run_ids}


@dataclass(frozen=True)
class RunItems:
    """One page of a run's items: in order, or failed ones first if there are several pages.

    `manufacturers` are the names that each item was mapped to, by its id.
    """

    rows: list[RunItem]
    manufacturers: dict[int, str]
    page: int
    pages: int

    @classmethod
    def of(cls, run: Run, total: int, page: int = 1) -> RunItems:
        """Return the page, or the last one past the end; `total` is the number of items."""
        pages = max(1, -(-total // ITEMS_A_PAGE))
        page = min(page, pages)
        query = select(RunItem).where(RunItem.run_id == run.id)
        if pages > 1:
            first = case(
                (RunItem.status == RunItemState.FAILED, 0),
                (RunItem.status == RunItemState.RUNNING, 1),
                else_=2,
            )
            query = query.order_by(first)
        query = query.order_by(RunItem.position, RunItem.id)
        rows = list(db.session.scalars(query.offset((page - 1) * ITEMS_A_PAGE).limit(ITEMS_A_PAGE)))
        return cls(rows, _manufacturers([item.id for item in rows]), page, pages)


def _manufacturers(item_ids: list[int]) -> dict[int, str]:
    query = (
        select(RunMapping.run_item_id, Manufacturer.name)
        .join(Manufacturer, Manufacturer.id == RunMapping.manufacturer_id)
        .where(RunMapping.run_item_id.in_(item_ids))
        .order_by(RunMapping.run_item_id, RunMapping.position)
    )
    names: dict[int, list[str]] = {}
    for item_id, name in db.session.execute(query):
        names.setdefault(item_id, []).append(name)
    return {item_id: ", ".join(found) for item_id, found in names.items()}
