"""Progress of runs, summed by the database: a run may have ten thousand items."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import case, func, select

from webapp.core.run_states import ENDED_ITEM_STATES, RunItemState
from webapp.extensions import db
from webapp.models import Run, RunItem
from webapp.runs.run_labels import Progress

ITEMS_A_PAGE: Final = 100
_SUMS: Final = ("pages", "fetched", "synced", "skipped", "kept", "cleared", "changed", "prices_left")


def progress_of(run_ids: Collection[int]) -> dict[int, Progress]:
    """Return the sums of each run, including runs without items."""
    ended = func.sum(case((RunItem.status.in_(ENDED_ITEM_STATES), 1), else_=0))
    sums = [func.sum(getattr(RunItem, name)) for name in _SUMS]
    query = select(RunItem.run_id, ended, func.count(), *sums).where(RunItem.run_id.in_(run_ids))
    sums_by_run = {
        row[0]: Progress(*map(int, row[1:])) for row in db.session.execute(query.group_by(RunItem.run_id))
    }
    return {number: sums_by_run.get(number, Progress.none()) for number in run_ids}


@dataclass(frozen=True)
class RunItems:
    """One page of a run's items: in order, or failed ones first if there are several pages."""

    rows: list[RunItem]
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
        rows = db.session.scalars(query.offset((page - 1) * ITEMS_A_PAGE).limit(ITEMS_A_PAGE))
        return cls(list(rows), page, pages)
