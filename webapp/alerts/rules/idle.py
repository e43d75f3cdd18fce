"""Runs wait or are not even started, as nothing works in the background: for staff, of the deployment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, literal, select

from webapp.alerts.alert_rule import AlertRule, Finding
from webapp.core import queues
from webapp.extensions import db
from webapp.models import AlertState, Run
from webapp.web import job_heartbeats

# A queued run may wait its turn for long; with workers alive some run gives a sign of life meanwhile.
SILENT_AFTER = timedelta(minutes=15)
# What ended a moment ago is among the latest runs: there is no need to look through all that ever were.
LATEST = 2_000
NO_TICK = (
    "The tick that starts scheduled runs has not come for more than 15 minutes: "
    "Redis or the worker for short work may be away."
)


def found(now: datetime) -> Iterator[Finding]:
    """The deployment: if waiting runs are not taken, and if the tick that starts them does not come."""
    since = now - SILENT_AFTER
    if _is_waited_in_vain(since):
        told = "Runs are waiting, and no worker has taken one for more than 15 minutes."
        yield Finding(None, told + _redis())
    if _is_tick_missing(since):
        yield Finding(None, NO_TICK + _redis(), subject="tick")


def _redis() -> str:
    """What is wrong with Redis, where it is to blame."""
    trouble = queues.trouble()
    return f" Redis: {trouble}." if trouble else ""


def _is_waited_in_vain(since: datetime) -> bool:
    waiting = select(Run.id).where(Run.status == "queued", Run.queued_at < since)
    # Only while something waits is it worth looking for what is alive and what has ended.
    if db.session.scalar(waiting.limit(1)) is None:
        return False
    alive = select(Run.id).where(Run.status == "running", Run.heartbeat_at >= since).limit(1)
    latest = select(Run.finished_at, Run.started_at).order_by(Run.id.desc()).limit(LATEST).subquery()
    ended = select(literal(1)).where(latest.c.finished_at >= since, latest.c.started_at.is_not(None))
    return db.session.scalar(alive) is None and db.session.scalar(ended.limit(1)) is None


def _is_tick_missing(since: datetime) -> bool:
    """Whether the last tick, or before the first one the first dealer who needs it, was long ago."""
    last = job_heartbeats.done_at(job_heartbeats.TICK) or db.session.scalar(
        select(func.min(AlertState.since))
    )
    return last is not None and last < since


CAUSE = AlertRule(
    name="idle",
    label="Workers do nothing",
    tone="danger",
    over="Work is done in the background again, or none waits.",
    found=found,
)
