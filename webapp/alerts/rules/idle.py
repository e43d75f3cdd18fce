"""Rule for the deployment: runs are not taken by a worker, or the tick does not run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, literal, select

from webapp.alerts.alert_rule import AlertRule, Finding
from webapp.core import queues
from webapp.core.run_states import RunState
from webapp.extensions import db
from webapp.models import AlertState, Run
from webapp.web import job_heartbeats

# A queued run may wait long for its turn; if workers are alive, another run has a recent heartbeat.
SILENT_AFTER = timedelta(minutes=15)
# A run that has just ended is among the latest ones: scanning all runs is unnecessary.
LATEST = 2_000
NO_TICK = (
    "The schedule has not been checked for more than 15 minutes, so scheduled updates do not start. "
    "Check Redis, the scheduler and the worker for short jobs."
)


def found(now: datetime) -> Iterator[Finding]:
    """Report the deployment if no worker takes waiting runs, or if the tick does not run."""
    since = now - SILENT_AFTER
    if _is_queue_stuck(since):
        told = "Runs are queued, but no worker has started one for more than 15 minutes."
        yield Finding(None, told + _redis())
    if _is_tick_missing(since):
        yield Finding(None, NO_TICK + _redis(), subject="tick")


def _redis() -> str:
    """Return the state of Redis, if it is the cause."""
    outage = queues.outage_reason()
    return f" Redis: {outage}." if outage else ""


def _is_queue_stuck(since: datetime) -> bool:
    waiting = select(Run.id).where(Run.status == RunState.QUEUED, Run.queued_at < since)
    # The further queries are only needed if a run waits.
    if db.session.scalar(waiting.limit(1)) is None:
        return False
    alive = select(Run.id).where(Run.status == RunState.RUNNING, Run.heartbeat_at >= since).limit(1)
    latest = select(Run.finished_at, Run.started_at).order_by(Run.id.desc()).limit(LATEST).subquery()
    ended = select(literal(1)).where(latest.c.finished_at >= since, latest.c.started_at.is_not(None))
    return db.session.scalar(alive) is None and db.session.scalar(ended.limit(1)) is None


def _is_tick_missing(since: datetime) -> bool:
    """Return whether the last tick, or without one the first dealer that needs it, is too long ago."""
    last = job_heartbeats.last_completion(job_heartbeats.TICK) or db.session.scalar(
        select(func.min(AlertState.since))
    )
    return last is not None and last < since


RULE = AlertRule(
    name="idle",
    label="Background jobs have stopped",
    tone="danger",
    over="Background jobs are running again.",
    found=found,
)
