"""Current state of background work, or why it is unknown."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from redis.exceptions import RedisError

from webapp.core import clock, queues
from webapp.core.redis_errors import describe
from webapp.operations import background_jobs
from webapp.operations.background_jobs import FailedJob, WorkerSeen
from webapp.web import job_heartbeats

# Timeout of Redis on this page, in seconds.
TIMEOUT: Final = 2.0


@dataclass(frozen=True)
class PeriodicJob:
    """Job of the schedule: its name on the page, how often it runs, and when that is too long ago."""

    id: str
    label: str
    rhythm: str
    late_after: timedelta

    def is_late(self, done_at: datetime | None) -> bool:
        """Return whether it should have finished again by now; one that never did may be new."""
        return done_at is not None and clock.now() - done_at > self.late_after


PERIODIC: Final = (
    PeriodicJob(job_heartbeats.TICK, "Schedule check", "every minute", timedelta(minutes=15)),
    PeriodicJob(job_heartbeats.ALERTS, "Alerts", "every minute", timedelta(minutes=15)),
    PeriodicJob(job_heartbeats.PURGE_EXPIRED, "Delete old history", "hourly", timedelta(hours=3)),
    PeriodicJob(job_heartbeats.PURGE_ORPHAN_FILES, "Remove stray files", "daily", timedelta(days=2)),
)
KIND_LABELS: Final = {"short": "Short jobs", "sync": "Syncs and imports", "other": "Other"}
QUEUE_LABELS: Final = {
    "control": "Schedule and credential checks",
    "sync": "Runs, imports and cleanup",
    "index": "Search index",
    "scan": "Searches for unmapped codes",
}


@dataclass
class BackgroundWork:
    """Snapshot; `redis_error` says why the part from Redis is missing."""

    done: list[tuple[PeriodicJob, datetime | None]]
    redis_error: str | None = None
    workers: list[WorkerSeen] = field(default_factory=list)
    waiting: dict[str, int] = field(default_factory=dict)
    failed: list[FailedJob] = field(default_factory=list)
    failed_counts: dict[str, int] = field(default_factory=dict)

    @classmethod
    def now(cls) -> BackgroundWork:
        """Take a snapshot now."""
        work = cls([(job, job_heartbeats.last_completion(job.id)) for job in PERIODIC])
        try:
            redis = queues.connection(timeout=TIMEOUT)
            work.workers = background_jobs.workers(redis)
            work.waiting = background_jobs.waiting_counts(redis)
            work.failed = background_jobs.failures(redis)
            work.failed_counts = background_jobs.failed_counts(redis)
        except RedisError as error:
            work.redis_error = describe(error)
        return work

    @property
    def kinds_missing(self) -> list[str]:
        """Return the required kinds of workers of which none is alive."""
        alive = {worker.kind for worker in self.workers}
        # A worker started by hand for certain queues counts too.
        taken = {queue for worker in self.workers for queue in worker.queues}
        needed = {"short": {"control", "index"}, "sync": {"sync"}}
        return [
            KIND_LABELS[kind] for kind, takes in needed.items() if kind not in alive and not takes <= taken
        ]
