"""Hands work to the workers, by dotted name and ids only.

A row in the database is the truth of what is to be done; Redis only wakes a worker. So a Redis that does not
answer costs time, never work: the tick finds what is waiting (docs/architecture.md).
"""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from flask import current_app
from redis.exceptions import RedisError

from webapp.core import redis_client
from webapp.core.redis_client import connection, is_delayed, trouble
from webapp.core.redis_errors import described
from webapp.core.task_queue import TaskQueue

__all__ = ["connection", "enqueue", "enqueue_all", "is_delayed", "trouble"]

CONTROL, SYNC, INDEX = "control", "sync", "index"
RESULT_SECONDS, FAILURE_SECONDS = 300, 86_400

log = structlog.get_logger(__name__)


def enqueue(queue: str, task: str, *ids: int, timeout: int = 600, job_id: str | None = None) -> bool:
    """Queue `task`, a dotted name, with ids; true if Redis has it. The task must bear being run twice.

    With a `job_id`, nothing is added while the job of that id waits already. That spares repeated work; it is
    no lock.
    """
    if current_app.config["REDIS_URL"] is None:
        return False
    if job_id is not None:
        return bool(enqueue_all(queue, task, {job_id: ids}, timeout=timeout))
    try:
        TaskQueue(queue, connection=connection()).enqueue(
            task, args=ids, job_timeout=timeout, result_ttl=RESULT_SECONDS, failure_ttl=FAILURE_SECONDS
        )
    except RedisError as error:
        _refused(queue, task, 1, error)
        return False
    return True


def enqueue_all(queue: str, task: str, jobs: Mapping[str, tuple[int, ...]], *, timeout: int = 600) -> int:
    """Queue `task` for each job id with its ids, all at once; how many Redis has, those before included.

    A job counts as waiting while its id is in the queue: one that was taken from there, by a worker that died
    before it began, is queued again.
    """
    if not jobs or current_app.config["REDIS_URL"] is None:
        return 0
    try:
        redis = connection()
        destination = TaskQueue(queue, connection=redis)
        waiting = set(redis.lrange(destination.key, 0, -1))
        wanted = [
            TaskQueue.prepare_data(
                task,
                args=ids,
                job_id=job_id,
                timeout=timeout,
                result_ttl=RESULT_SECONDS,
                failure_ttl=FAILURE_SECONDS,
            )
            for job_id, ids in jobs.items()
            if job_id.encode() not in waiting
        ]
        if wanted:
            destination.enqueue_many(wanted)
    except RedisError as error:
        _refused(queue, task, len(jobs), error)
        return 0
    return len(jobs)


def _refused(queue: str, task: str, jobs: int, error: RedisError) -> None:
    log.warning("queue.enqueue_failed", queue=queue, task=task, jobs=jobs, error=described(error))
    redis_client.note(error)
