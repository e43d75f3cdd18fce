"""Heartbeats of periodic jobs: records each completion, so that a stalled job is noticed."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, text

from webapp.core import clock
from webapp.extensions import db
from webapp.models import JobHeartbeat
from webapp.models.types import UtcDateTime

TICK: Final = "tick"
PURGE_EXPIRED: Final = "keep-house"
PURGE_ORPHAN_FILES: Final = "sweep-storage"
# Written by the scheduler process itself, without a queue.
ALERTS: Final = "alerts"

_DONE = text("""
    INSERT INTO periodic_jobs (id, done_at) VALUES (:id, :now)
    ON CONFLICT (id) DO UPDATE SET done_at = excluded.done_at
""").bindparams(bindparam("now", type_=UtcDateTime))


def record_completion(job_id: str) -> None:
    """Record and commit that the job has just completed."""
    db.session.execute(_DONE, {"id": job_id, "now": clock.now()})
    db.session.commit()


def last_completion(job_id: str) -> datetime | None:
    """Return when the job last completed."""
    row = db.session.get(JobHeartbeat, job_id, populate_existing=True)
    return row.done_at if row else None
