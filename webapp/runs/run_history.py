"""A dealer's runs, the latest first, a page at a time."""

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
    """One page of runs, each with the sum of its items. `older` is where the next page begins, if any."""

    rows: list[tuple[Run, Progress]]
    wanted: RunFilter
    older: int | None
    is_latest: bool

    @classmethod
    def of(cls, dealer: Dealer, wanted: RunFilter, before: int | None = None) -> RunHistory:
        """The dealer's runs that are wanted, those before a run id; without one the latest."""
        # By id and not by page number: a run that starts meanwhile shifts nothing.
        page = select(Run).where(*wanted.conditions(dealer)).order_by(Run.id.desc()).limit(PAGE_LENGTH + 1)
        if before is not None:
            page = page.where(Run.id < before)
        found = list(db.session.scalars(page.options(selectinload(Run.requested_by))))
        shown = found[:PAGE_LENGTH]
        older = shown[-1].id if len(found) > PAGE_LENGTH else None
        sums = progress_of([run.id for run in shown])
        return cls([(run, sums[run.id]) for run in shown], wanted, older, before is None)
