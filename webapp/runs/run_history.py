"""Paginated history of a dealer's runs, the latest first."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from webapp.extensions import db
from webapp.models import Dealer, Run
from webapp.runs.run_filter import RunFilter
from webapp.runs.run_labels import Progress
from webapp.runs.run_progress import progress_of

PAGE_LENGTH = 25


@dataclass(frozen=True)
class RunHistory:
    """One page of runs, each with the sum of its items. `older` is the cursor of the next page, if any."""

    rows: list[tuple[Run, Progress]]
    wanted: RunFilter
    older: int | None
    is_latest: bool

    @classmethod
    def of(cls, dealer: Dealer, wanted: RunFilter, before: int | None = None) -> RunHistory:
        """Return the filtered runs older than a run id; without one the latest."""
        # By id, not by offset: a run that starts in between shifts nothing.
        page = select(Run).where(*wanted.conditions(dealer)).order_by(Run.id.desc()).limit(PAGE_LENGTH + 1)
        if before is not None:
            page = page.where(Run.id < before)
        rows = list(db.session.scalars(page.options(selectinload(Run.requested_by))))
        shown = rows[:PAGE_LENGTH]
        older = shown[-1].id if len(rows) > PAGE_LENGTH else None
        sums = progress_of([run.id for run in shown])
        return cls([(run, sums[run.id]) for run in shown], wanted, older, before is None)
