"""Maintenance of RQ's registries in Redis: abandoned jobs, expired entries and dead workers.

Replaces RQ's own maintenance, which ends the worker on any unreadable entry and calls functions that a job
names. Does not run or enqueue jobs: the tick finds unfinished work in SQL.
"""

from __future__ import annotations

from typing import Any, Final

import structlog
from redis import Redis
from redis.exceptions import ResponseError
from rq.job import JobStatus
from rq.job_lifecycle import record_job_failure
from rq.queue import Queue
from rq.utils import current_timestamp

from webapp.core.task_jobs import TaskJob

log = structlog.get_logger(__name__)

LOST: Final = "Its worker process ended unexpectedly."
WORKERS: Final = "rq:workers"


def tidy(queue: Queue) -> None:
    """Maintain the registries of one queue; a registry of the wrong type is logged and skipped."""
    for step in (_remove_expired, _fail_abandoned, _remove_dequeued, _remove_dead_workers):
        try:
            step(queue)
        except ResponseError as error:
            name = step.__name__.strip("_")
            log.error("queue.upkeep_failed", queue=queue.name, step=name, error=str(error)[:80])


def _remove_expired(queue: Queue) -> None:
    queue.finished_job_registry.cleanup()
    queue.failed_job_registry.cleanup()


def _fail_abandoned(queue: Queue) -> None:
    """Fail started jobs whose worker has not extended their expiry; entries are `job:execution`."""
    redis, key = queue.connection, queue.started_job_registry.key
    expired: Any = redis.zrangebyscore(key, 0, current_timestamp())
    for entry in expired:
        job = TaskJob.find(_text(entry).partition(":")[0], redis)
        with redis.pipeline() as pipeline:
            if job is not None and job.get_status(refresh=False) == JobStatus.STARTED:
                log.error("job.abandoned", job=job.id, task=job.func_name)
                record_job_failure(job, LOST, pipeline)
            pipeline.zrem(key, entry)
            pipeline.execute()


def _remove_dequeued(queue: Queue) -> None:
    """Remove jobs that a worker dequeued but did not start: it died, or the entry is invalid."""
    dequeued = queue.intermediate_queue
    executions: Any = queue.connection.zrange(queue.started_job_registry.key, 0, -1)
    started_ids = {_text(entry).partition(":")[0] for entry in executions}
    entries: Any = queue.connection.lrange(dequeued.key, 0, -1)
    for entry in entries:
        job_id = _text(entry)
        # The first time it is only noted: the worker may be about to start it.
        if job_id in started_ids or dequeued.set_first_seen(job_id):
            continue
        if not dequeued.should_be_cleaned_up(job_id):
            continue
        queue.connection.lrem(dequeued.key, 0, entry)


def _remove_dead_workers(queue: Queue) -> None:
    """Remove workers whose own key expired because they stopped sending heartbeats."""
    for key in (WORKERS, f"{WORKERS}:{queue.name}"):
        _remove_missing(queue.connection, key)


def _remove_missing(redis: Redis, key: str) -> None:
    for entry in redis.smembers(key):
        if not redis.exists(entry):
            redis.srem(key, entry)


def _text(entry: bytes) -> str:
    return entry.decode(errors="replace")
