"""SVG chart of the parts that each of the last runs synced and skipped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select

from webapp.core.run_states import OUTCOME_STATES
from webapp.extensions import db
from webapp.models import Run, RunItem

RUNS: Final = 30
# Units of the drawing, which is scaled to the page.
WIDTH: Final = 600
HEIGHT: Final = 120
GAP: Final = 4


@dataclass(frozen=True)
class Bar:
    """Bar of one run: synced parts above skipped ones; lengths in units of the drawing."""

    run_id: int
    queued_at: datetime
    synced: int
    skipped: int
    left: float
    synced_height: float
    skipped_height: float

    @property
    def skipped_top(self) -> float:
        return HEIGHT - self.skipped_height

    @property
    def synced_top(self) -> float:
        return self.skipped_top - self.synced_height


@dataclass(frozen=True)
class RunChart:
    """The dealer's last runs with a result, the oldest first; `most` is the largest number of parts."""

    bars: list[Bar]
    bar_width: float
    most: int
    width: int = WIDTH
    height: int = HEIGHT

    @classmethod
    def of(cls, dealer_id: int) -> RunChart:
        """Return the chart of up to `RUNS` runs."""
        rows = _sums(dealer_id)
        most = max((synced + skipped for *_, synced, skipped in rows), default=0)
        step, scale = WIDTH / RUNS, HEIGHT / most if most else 0.0
        first = RUNS - len(rows)
        bars = [
            Bar(*row, round((first + n) * step, 1), round(row[2] * scale, 1), round(row[3] * scale, 1))
            for n, row in enumerate(rows)
        ]
        return cls(bars, step - GAP, most)


def _sums(dealer_id: int) -> list[tuple[int, datetime, int, int]]:
    last = (
        select(Run.id, Run.queued_at)
        .where(Run.dealer_id == dealer_id, Run.status.in_(OUTCOME_STATES))
        .order_by(Run.id.desc())
        .limit(RUNS)
        .subquery()
    )
    synced, skipped = (func.coalesce(func.sum(column), 0) for column in (RunItem.synced, RunItem.skipped))
    query = (
        select(last.c.id, last.c.queued_at, synced, skipped)
        .outerjoin(RunItem, RunItem.run_id == last.c.id)
        .group_by(last.c.id, last.c.queued_at)
        .order_by(last.c.id)
    )
    return [(run_id, at, int(good), int(bad)) for run_id, at, good, bad in db.session.execute(query)]
