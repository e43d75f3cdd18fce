"""Hands work to the workers, by dotted name and ids only.

A row in the database is the truth of what is to be done; Redis only wakes a worker. So a Redis that does not
answer costs time, never work: the tick finds what is waiting (DESIGN.md section 5).
"""

from __future__ import annotations

import structlog
from flask import current_app
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.exceptions import NoSuchJobError
from rq.job import Job, JobStatus

CONTROL, SYNC, INDEX = "control", "sync", "index"

log = structlog.get_logger(__name__)


def connection(timeout: float | None = 5) -> Redis:
    """A client for `REDIS_URL` that waits `timeout` seconds for an answer (None: as long as it takes).

    Raises RedisError when none is configured.
    """
    url = current_app.config["REDIS_URL"]
    if url is None:
        raise RedisError("REDIS_URL is not set")
    return Redis.from_url(url, socket_connect_timeout=2, socket_timeout=timeout)


def enqueue(queue: str, task: str, *ids: int, timeout: int = 600, job_id: str | None = None) -> bool:
    """Queue `task`, a dotted name, with ids; true if Redis has it. The task must bear being run twice.

    With a `job_id`, nothing is added while the job of that id waits already. That spares repeated work; it is
    no lock.
    """
    if current_app.config["REDIS_URL"] is None:
        return False
    try:
        redis = connection()
        if job_id and _waits(redis, job_id):
            return True
        Queue(queue, connection=redis).enqueue(
            task, args=ids, job_id=job_id, job_timeout=timeout, result_ttl=300, failure_ttl=86_400
        )
    except RedisError as error:
        log.warning("queue.unreachable", queue=queue, task=task, ids=ids, error=type(error).__name__)
        return False
    return True


def _waits(redis: Redis, job_id: str) -> bool:
    try:
        return Job.fetch(job_id, connection=redis).get_status() == JobStatus.QUEUED
    except NoSuchJobError:
        return False
