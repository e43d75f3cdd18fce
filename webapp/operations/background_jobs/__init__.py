"""What Redis tells of workers, queues and failed jobs: for the staff page and the metrics.

Whoever can write to Redis may have put anything there, so each value is checked; what is malformed is left
out. All functions raise RedisError where Redis does not answer.
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
from webapp.operations.background_jobs.workers import KINDS, STATES, WorkerSeen, workers

__all__ = [
    "KINDS",
    "QUEUES",
    "STATES",
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
    """How many jobs wait for a worker, by queue."""
    return {queue: int(redis.llen(f"rq:queue:{queue}")) for queue in QUEUES}
