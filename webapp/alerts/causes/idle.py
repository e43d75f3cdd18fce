"""Runs wait, and no worker does anything: of the whole deployment, for staff."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, select

from webapp.alerts.cause import Cause, Found
from webapp.extensions import db
from webapp.models import Run

# A queued run may wait its turn for long; with workers alive some run gives a sign of life meanwhile.
SILENT_AFTER = timedelta(minutes=15)
# What ended a moment ago is among the latest runs: there is no need to look through all that ever were.
LATEST = 2_000


def found(now: datetime) -> Iterator[Found]:
    """The deployment, if runs have waited for a while in which no run gave a sign of life."""
    since = now - SILENT_AFTER
    waiting = select(func.count()).where(Run.status == "queued", Run.queued_at < since)
    # What lives has a heartbeat; only while something waits is it worth looking for what has ended.
    if not db.session.scalar(waiting):
        return
    alive = select(Run.id).where(Run.status == "running", Run.heartbeat_at >= since).limit(1)
    latest = select(Run.finished_at, Run.started_at).order_by(Run.id.desc()).limit(LATEST).subquery()
    ended = select(latest.c.finished_at).where(
        latest.c.finished_at >= since, latest.c.started_at.is_not(None)
    )
    if db.session.scalar(alive) is None and db.session.scalar(ended.limit(1)) is None:
        yield Found(None, "Runs are waiting, and no worker has taken one for more than 15 minutes.")


CAUSE = Cause(
    name="idle",
    label="Workers do nothing",
    tone="danger",
    over="Runs are taken by a worker again, or none waits.",
    found=found,
)
