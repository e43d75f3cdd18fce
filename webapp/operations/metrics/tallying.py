"""Tallies of ended runs, which outlive them, so that counters don't decrease when history is deleted.

They also make scrapes cheap: only runs not tallied yet are read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from typing import Any, Final

from sqlalchemy import func, select, text, update
from sqlalchemy.engine import Connection

from webapp.core.limits import MAX_INT32
from webapp.core.run_states import ENDED_RUN_STATES
from webapp.extensions import db
from webapp.models import Run, RunItem, RunTally

# Upper bounds of run durations in seconds; a longer run is in the last bucket.
BOUNDS: Final = (5, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200)
BEYOND: Final = MAX_INT32
BATCH: Final = 500

# A literal, so that the planner can use the partial index.
_UNTALLIED: Final = text("NOT runs.tallied")


@dataclass
class Sums:
    """Totals of runs; the fields are the columns of `run_tallies`."""

    runs: int = 0
    duration_ms: int = 0
    fetched: int = 0
    synced: int = 0
    skipped: int = 0
    kept: int = 0
    cleared: int = 0
    changed: int = 0
    requests: int = 0
    rate_waited_ms: int = 0

    def add(self, values: Iterable[int]) -> None:
        """Add numbers in the order of the fields."""
        for field, value in zip(fields(self), values, strict=True):
            setattr(self, field.name, getattr(self, field.name) + int(value))


# By status, and the upper bound of the duration.
Cells = dict[tuple[str, int], Sums]

_COLUMNS: Final = tuple(field.name for field in fields(Sums))
_ADD: Final = text(
    f"INSERT INTO run_tallies (status, within_seconds, {', '.join(_COLUMNS)})"  # noqa: S608 # nosec B608 - our names
    f" VALUES (:status, :within_seconds, {', '.join(':' + name for name in _COLUMNS)})"
    " ON CONFLICT (status, within_seconds) DO UPDATE SET "
    + ", ".join(f"{name} = run_tallies.{name} + excluded.{name}" for name in _COLUMNS)
)


def tally(limit: int = BATCH) -> int:
    """Add up to `limit` ended runs to the tallies, and commit; return how many.

    Idempotent under concurrency: each run is tallied once, by the first transaction.
    """
    ended = select(Run.id).where(_UNTALLIED, Run.status.in_(ENDED_RUN_STATES)).order_by(Run.id).limit(limit)
    marked = update(Run).where(Run.id.in_(ended), _UNTALLIED).values(tallied=True).returning(Run.id)
    ids = list(db.session.scalars(marked))
    for (status, within), sums in _added_up(db.session.connection(), Run.id.in_(ids)).items():
        values = dict(zip(_COLUMNS, astuple(sums), strict=True))
        db.session.execute(_ADD, {"status": status, "within_seconds": within, **values})
    db.session.commit()
    return len(ids)


def ended(connection: Connection) -> Cells:
    """Return the totals of all ended runs, tallied or not. Both must be read in one snapshot."""
    cells = _added_up(connection, _UNTALLIED, Run.status.in_(ENDED_RUN_STATES))
    for row in connection.execute(select(RunTally.__table__)).mappings():
        key = row["status"], row["within_seconds"]
        cells.setdefault(key, Sums()).add(row[name] for name in _COLUMNS)
    return cells


def under_way(connection: Connection) -> Sums:
    """Return the request counts of active runs. Their other counts may still decrease."""
    query = _per_run(_UNTALLIED, Run.status.not_in(ENDED_RUN_STATES))
    sums = Sums()
    for row in connection.execute(query):
        sums.requests += int(row.requests)
        sums.rate_waited_ms += int(row.rate_waited_ms)
    return sums


def _added_up(connection: Connection, *conditions: Any) -> Cells:
    cells: Cells = {}
    for status, started_at, finished_at, *counts in connection.execute(_per_run(*conditions)):
        # A run that was cancelled or skipped before it began took no time.
        seconds = (finished_at - started_at).total_seconds() if started_at and finished_at else 0.0
        within = next((bound for bound in BOUNDS if seconds <= bound), BEYOND)
        cells.setdefault((status, within), Sums()).add((1, max(0, round(seconds * 1000)), *counts))
    return cells


def _per_run(*conditions: Any) -> Any:
    """Return status, start, end, and the sums over the items of each run."""
    sums = [func.coalesce(func.sum(getattr(RunItem, name)), 0).label(name) for name in _COLUMNS[2:]]
    return (
        select(Run.status, Run.started_at, Run.finished_at, *sums)
        .outerjoin(RunItem, RunItem.run_id == Run.id)
        .where(*conditions)
        .group_by(Run.id)
    )
