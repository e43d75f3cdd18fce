"""Paginated history of a dealer's runs, the latest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from webapp.core.run_states import RunState
from webapp.extensions import db
from webapp.models import Dealer, Run
from webapp.runs import hold_labels, holds
from webapp.runs.run_filter import RunFilter
from webapp.runs.run_labels import Progress
from webapp.runs.run_progress import progress_of
from webapp.web.status_labels import StatusLabel

PAGE_LENGTH: Final = 25


class RunRow(NamedTuple):
    """A run with its status and the sum of its items."""

    run: Run
    status: StatusLabel
    progress: Progress


@dataclass(frozen=True)
class RunHistory:
    """One page of runs. `older` is the cursor of the next page, if any."""

    rows: list[RunRow]
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
        runs = list(db.session.scalars(page.options(selectinload(Run.requested_by))))
        shown = runs[:PAGE_LENGTH]
        older = shown[-1].id if len(runs) > PAGE_LENGTH else None
        ids = [run.id for run in shown]
        sums, held = progress_of(ids), holds.of_runs(ids)
        rows = [RunRow(run, hold_labels.run_status(run, held[run.id]), sums[run.id]) for run in shown]
        return cls(rows, wanted, older, before is None)


def last_that_ran(last: Run | None) -> Run | None:
    """Return the dealer's last run that was not skipped; `last` is its last one in any state."""
    if last is None or last.status != RunState.SKIPPED:
        return last
    ran = select(Run).where(Run.dealer_id == last.dealer_id, Run.status != RunState.SKIPPED)
    latest = ran.order_by(Run.id.desc()).limit(1)
    return db.session.scalar(latest.options(joinedload(Run.requested_by)))
