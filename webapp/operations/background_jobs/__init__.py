"""State of workers, queues and failed jobs in Redis, for the staff page and the metrics.

Anyone with write access to Redis may have written anything, so each value is validated; malformed ones are
omitted. All functions raise RedisError if Redis is unavailable.
"""

from __future__ import annotations

from redis import Redis

from webapp.core.job_payload import QUEUES
from webapp.operations.background_jobs.failures import (
    FailedJob,
    NotFailed,
    failed_counts,
    failed_job,
    failures,
    retry,
)
from webapp.operations.background_jobs.workers import WORKER_KINDS, WORKER_STATES, WorkerSeen, workers

__all__ = [
    "QUEUES",
    "WORKER_KINDS",
    "WORKER_STATES",
    "FailedJob",
    "NotFailed",
    "WorkerSeen",
    "failed_counts",
    "failed_job",
    "failures",
    "retry",
    "waiting_counts",
    "workers",
]


def waiting_counts(redis: Redis) -> dict[str, int]:
    """Return the number of waiting jobs by queue."""
    return {queue: int(redis.llen(f"rq:queue:{queue}")) for queue in QUEUES}
