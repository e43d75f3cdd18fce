"""Job queues: work is enqueued by dotted name and ids only.

A database row is the source of truth for pending work; Redis only wakes a worker. If Redis is unavailable,
work is delayed but never lost: the tick finds pending work (docs/architecture.md).
"""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from flask import current_app
from redis.exceptions import RedisError

from webapp.core import redis_client
from webapp.core.redis_client import connection, is_unavailable, outage_reason
from webapp.core.redis_errors import describe
from webapp.core.task_queue import TaskQueue

__all__ = ["connection", "enqueue", "enqueue_all", "is_unavailable", "outage_reason"]

# Scans have the lowest priority: workers take one only if no run waits.
CONTROL, SYNC, INDEX, SCAN = "control", "sync", "index", "scan"
RESULT_SECONDS, FAILURE_SECONDS = 300, 86_400

log = structlog.get_logger(__name__)


def enqueue(queue: str, task: str, *ids: int, timeout: int = 600, job_id: str | None = None) -> bool:
    """Enqueue `task`, a dotted name, with ids; return whether Redis accepted it. Tasks are idempotent.

    With a `job_id`, nothing is added while a job with that id is waiting. That avoids repeated work; it is
    not a lock.
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
    """Enqueue `task` for each job id with its ids as one batch; return how many are in Redis now.

    A job counts as waiting while its id is in the queue: a job dequeued by a worker that died before starting
    it is enqueued again.
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
    log.warning("queue.enqueue_failed", queue=queue, task=task, jobs=jobs, error=describe(error))
    redis_client.record_failure(error)
