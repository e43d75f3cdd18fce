"""Snapshot of the metrics in one transaction: runs, the outbox, and the age of successes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import case, func, select
from sqlalchemy.engine import Connection

from webapp.core import clock
from webapp.core.limits import HEARTBEAT_TIMEOUT
from webapp.core.run_states import ACTIVE_RUN_STATES, RunState
from webapp.extensions import db
from webapp.models import (
    Alert,
    CatalogImport,
    Configuration,
    Dealer,
    HeldClearing,
    HeldPull,
    JobHeartbeat,
    RecentRuns,
    Run,
    SupplierCode,
)
from webapp.models.held_clearings import UNSETTLED
from webapp.models.held_pulls import OPEN
from webapp.operations.metrics import tallying
from webapp.search import noted_products

# One missed slot of six hours; two, with time for the second to end (when an alert opens, too); a day; two
# days.
WITHOUT_SUCCESS_HOURS: Final = (7, 13, 25, 49)


@dataclass(frozen=True)
class Figures:
    """All values read from SQL for one scrape. Ages are in seconds."""

    ended: tallying.Cells
    under_way: tallying.Sums
    active: dict[str, int]
    dead: int
    oldest_queued: float
    dealers: int
    oldest_success: float
    without_success: dict[int, int]
    notes: int
    oldest_note: float
    open_alerts: dict[str, int]
    active_imports: int
    held: dict[str, int]
    oldest_hold: float
    done: dict[str, float]


def read() -> Figures:
    """Read the values in one snapshot: a run must not be missed, or counted twice, between two queries."""
    now = clock.now()
    with _reading() as connection:
        active, dead, oldest_queued = _active(connection, now)
        dealers, oldest_success, without_success = _successes(connection, now)
        notes, oldest_note = _outbox(connection, now)
        held, oldest_hold = _held(connection, now)
        return Figures(
            ended=tallying.ended(connection),
            under_way=tallying.under_way(connection),
            active=active,
            dead=dead,
            oldest_queued=oldest_queued,
            dealers=dealers,
            oldest_success=oldest_success,
            without_success=without_success,
            notes=notes,
            oldest_note=oldest_note,
            open_alerts=_open_alerts(connection),
            active_imports=_active_imports(connection),
            held=held,
            oldest_hold=oldest_hold,
            done=_done(connection, now),
        )


def _reading() -> Connection:
    connection = db.engine.connect()
    if connection.dialect.name == "postgresql":
        return connection.execution_options(isolation_level="REPEATABLE READ")
    return connection.execution_options(sqlite_begin="DEFERRED")


def _age(now: datetime, since: datetime | None) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0


def _active(connection: Connection, now: datetime) -> tuple[dict[str, int], int, float]:
    is_dead = (Run.status == RunState.RUNNING) & (Run.heartbeat_at < now - HEARTBEAT_TIMEOUT)
    # A run that yields to others has been with a worker since it was queued.
    waits_since = func.min(func.coalesce(Run.yielded_at, Run.queued_at))
    wanted = select(Run.status, func.count(), func.sum(case((is_dead, 1), else_=0)), waits_since).where(
        Run.status.in_(ACTIVE_RUN_STATES)
    )
    found = {row[0]: row for row in connection.execute(wanted.group_by(Run.status))}
    counts = {str(status): found[status][1] if status in found else 0 for status in ACTIVE_RUN_STATES}
    dead = sum(int(row[2]) for row in found.values())
    return counts, dead, _age(now, found[RunState.QUEUED][3]) if RunState.QUEUED in found else 0.0


def _successes(connection: Connection, now: datetime) -> tuple[int, float, dict[int, int]]:
    """Return the number of dealers with expected runs, the longest time without a success, and the counts
    beyond each limit.

    For a dealer without any success the time starts when it became ready.
    """
    since = func.coalesce(RecentRuns.succeeded_at, Dealer.created_at)
    late = [
        func.sum(case((since < now - timedelta(hours=hours), 1), else_=0)) for hours in WITHOUT_SUCCESS_HOURS
    ]
    mapped = select(SupplierCode.id).where(SupplierCode.dealer_id == Dealer.id).exists()
    wanted = (
        select(func.count(), func.min(since), *late)
        .select_from(Dealer)
        .join(Configuration, Configuration.dealer_id == Dealer.id)
        .outerjoin(RecentRuns, RecentRuns.dealer_id == Dealer.id)
        .where(Configuration.enabled, mapped)
    )
    dealers, oldest, *counts = connection.execute(wanted).one()
    beyond = {hours: int(count or 0) for hours, count in zip(WITHOUT_SUCCESS_HOURS, counts, strict=True)}
    return dealers, _age(now, oldest), beyond


def _outbox(connection: Connection, now: datetime) -> tuple[int, float]:
    return noted_products.count(connection), _age(now, noted_products.since(connection))


def _open_alerts(connection: Connection) -> dict[str, int]:
    wanted = select(Alert.cause, func.count()).where(Alert.closed_at.is_(None)).group_by(Alert.cause)
    return {row.cause: row[1] for row in connection.execute(wanted)}


def _active_imports(connection: Connection) -> int:
    active = CatalogImport.status.in_(ACTIVE_RUN_STATES)
    return connection.scalar(select(func.count()).select_from(CatalogImport).where(active)) or 0


def _held(connection: Connection, now: datetime) -> tuple[dict[str, int], float]:
    """Return how much waits for a decision, by kind, and for how long the oldest of it has."""
    counts, oldest = {}, 0.0
    # With the condition of its partial index, as the tables keep what was decided.
    for kind, model, is_open in (("update", HeldPull, OPEN), ("zero_out", HeldClearing, UNSETTLED)):
        waiting = select(func.count(), func.min(model.held_at)).where(model.state == "held", is_open)
        counts[kind], since = connection.execute(waiting).one()
        oldest = max(oldest, _age(now, since))
    return counts, oldest


def _done(connection: Connection, now: datetime) -> dict[str, float]:
    rows = connection.execute(select(JobHeartbeat.id, JobHeartbeat.done_at))
    return {job_id: _age(now, done_at) for job_id, done_at in rows}
