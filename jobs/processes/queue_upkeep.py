"""Tidies RQ's own lists in Redis: jobs whose worker died, entries that expired, workers that are gone.

In place of RQ's, which ends the worker on any entry that it cannot read and calls what a job names. Nothing
is run or queued again here: the tick finds in SQL what is left to do.
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

LOST: Final = "Its worker process ended without a word."
WORKERS: Final = "rq:workers"


def tidy(queue: Queue) -> None:
    """Tidy what belongs to one queue; a list of the wrong type is logged and left out."""
    for step in (_forget_expired, _fail_abandoned, _forget_taken, _forget_workers):
        try:
            step(queue)
        except ResponseError as error:
            name = step.__name__.strip("_")
            log.error("queue.upkeep_failed", queue=queue.name, step=name, error=str(error)[:80])


def _forget_expired(queue: Queue) -> None:
    queue.finished_job_registry.cleanup()
    queue.failed_job_registry.cleanup()


def _fail_abandoned(queue: Queue) -> None:
    """Have jobs failed whose worker has not prolonged them: they are named `job:execution`."""
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


def _forget_taken(queue: Queue) -> None:
    """Forget what a worker took a while ago and never began: it died, or it was no job of ours."""
    taken = queue.intermediate_queue
    started: Any = queue.connection.zrange(queue.started_job_registry.key, 0, -1)
    begun = {_text(entry).partition(":")[0] for entry in started}
    entries: Any = queue.connection.lrange(taken.key, 0, -1)
    for entry in entries:
        job_id = _text(entry)
        # Only from the second look on: it may have been taken this moment.
        if job_id in begun or taken.set_first_seen(job_id) or not taken.should_be_cleaned_up(job_id):
            continue
        queue.connection.lrem(taken.key, 0, entry)


def _forget_workers(queue: Queue) -> None:
    """Forget workers that have not been heard of for so long that their own entry expired."""
    for key in (WORKERS, f"{WORKERS}:{queue.name}"):
        _forget_missing(queue.connection, key)


def _forget_missing(redis: Redis, key: str) -> None:
    for entry in redis.smembers(key):
        if not redis.exists(entry):
            redis.srem(key, entry)


def _text(entry: bytes) -> str:
    return entry.decode(errors="replace")
