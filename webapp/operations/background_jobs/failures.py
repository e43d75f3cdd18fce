"""Failed jobs: list, reason, and retry."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from redis import Redis
from redis.exceptions import ResponseError
from rq.job import Job

from webapp.core import clock, job_payload
from webapp.core.job_payload import QUEUES
from webapp.core.task_jobs import TaskJob
from webapp.core.task_queue import TaskQueue

MOST_FAILURES: Final = 50


@dataclass(frozen=True)
class FailedJob:
    """Job that failed and was not queued again since."""

    id: str
    queue: str
    task: str
    ids: tuple[int, ...]
    failed_at: datetime | None
    reason: str


class NotFailed(LookupError):
    """There is no failed job with that id: it was queued again, or has expired."""


def failures(redis: Redis) -> list[FailedJob]:
    """Return the latest failed jobs, newest first."""
    found = [each for queue in QUEUES for each in _failures_of(redis, queue)]
    oldest = datetime.min.replace(tzinfo=UTC)
    return sorted(found, key=lambda each: each.failed_at or oldest, reverse=True)[:MOST_FAILURES]


def _failures_of(redis: Redis, queue: str) -> list[FailedJob]:
    try:
        entries: Any = redis.zrevrange(f"rq:failed:{queue}", 0, MOST_FAILURES - 1)
    except ResponseError:
        return []
    jobs = (TaskJob.find(_text(entry), redis) for entry in entries)
    return [_failure(redis, queue, job) for job in jobs if job is not None]


def _failure(redis: Redis, queue: str, job: Job) -> FailedJob:
    ids = tuple(int(each) for each in job.args)
    task = str(job.func_name).rpartition(".")[2]
    return FailedJob(job.id, queue, task, ids, job.ended_at, _reason(redis, job.id))


def _reason(redis: Redis, job_id: str) -> str:
    """Return the reason recorded by the worker (jobs/processes/failure_reasons.py)."""
    try:
        entries: Any = redis.xrevrange(f"rq:results:{job_id}", count=1)
        packed = base64.b64decode(entries[0][1][b"exc_string"])
        return job_payload.decompress(packed, job_payload.MAX_REASON).decode(errors="replace")[:300]
    except (ResponseError, LookupError, binascii.Error, job_payload.InvalidPayload):
        return ""


def failed_counts(redis: Redis) -> dict[str, int]:
    """Return the number of failed jobs by queue."""
    now = clock.now().timestamp()
    return {queue: int(redis.zcount(f"rq:failed:{queue}", now, "+inf")) for queue in QUEUES}


def failed_job(redis: Redis, queue: str, job_id: str) -> FailedJob:
    """Return a failed job by its id. Raises NotFailed."""
    if queue not in QUEUES or redis.zscore(f"rq:failed:{queue}", job_id) is None:
        raise NotFailed
    job = TaskJob.find(job_id, redis)
    if job is None:
        raise NotFailed
    return _failure(redis, queue, job)


def retry(redis: Redis, failed: FailedJob) -> None:
    """Queue a failed job again. Raises NotFailed if that was already done."""
    job = TaskJob.find(failed.id, redis)
    if job is None or not redis.zrem(f"rq:failed:{failed.queue}", failed.id):
        raise NotFailed
    TaskQueue(failed.queue, connection=redis).enqueue_job(job)


def _text(raw: bytes) -> str:
    return raw.decode(errors="replace")
