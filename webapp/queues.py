"""Hands work to the workers, by dotted name and ids only.

A row in the database is the truth of what is to be done; Redis only wakes a worker. So a Redis that does not
answer costs time, never work: the tick finds what is waiting (DESIGN.md section 5).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import structlog
from flask import current_app
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from webapp.task_jobs import TaskQueue

CONTROL, SYNC, INDEX = "control", "sync", "index"
# Seconds. A page asks how Redis is, so it can neither wait for long nor ask each time.
GLANCE = 0.5
GLANCE_AGAIN = 5.0
RESULT_SECONDS, FAILURE_SECONDS = 300, 86_400

log = structlog.get_logger(__name__)


def connection(timeout: float | None = 5) -> Redis:
    """A client for `REDIS_URL` that waits `timeout` seconds for an answer (None: as long as it takes).

    Raises RedisError when none is configured.
    """
    url = current_app.config["REDIS_URL"]
    if url is None:
        raise RedisError("REDIS_URL is not set")
    return _client(url, timeout)


@cache
def _client(url: str, timeout: float | None) -> Redis:
    given: dict[str, Any] = {"socket_connect_timeout": min(2.0, timeout or 2.0), "socket_timeout": timeout}
    if timeout is not None:
        # One more try, for a connection that ended while nobody used it; by itself the client would go on
        # for many seconds, which a person does not wait for.
        given["retry"] = Retry(NoBackoff(), 1)
    return Redis.from_url(url, **given)


def forget_connections() -> None:
    """Have this process make clients of its own: for the child of a fork."""
    _client.cache_clear()
    _seen.cache_clear()


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


def waiting_jobs(queue: str, redis: Redis) -> int:
    """How many jobs wait in a queue."""
    return int(redis.llen(TaskQueue(queue, connection=redis).key))


def _refused(queue: str, task: str, jobs: int, error: RedisError) -> None:
    log.warning("queue.unreachable", queue=queue, task=task, jobs=jobs, error=type(error).__name__)
    _seen(current_app.config["REDIS_URL"]).note(is_well=False)


@dataclass
class _Seen:
    """How a Redis was when last looked at by this process."""

    is_well: bool = True
    at: float = -GLANCE_AGAIN
    looking: threading.Lock = field(default_factory=threading.Lock)

    def note(self, *, is_well: bool) -> None:
        self.is_well, self.at = is_well, time.monotonic()


@cache
def _seen(url: str) -> _Seen:
    return _Seen()


def is_delayed() -> bool:
    """Whether Redis takes no work, because it is away or full; as it was within the last seconds.

    Without a `REDIS_URL` there is none that could be away. At most one thread waits for an answer, half a
    second; the others are told what was known before.
    """
    url = current_app.config["REDIS_URL"]
    if url is None:
        return False
    seen = _seen(url)
    if time.monotonic() - seen.at >= GLANCE_AGAIN and seen.looking.acquire(blocking=False):
        try:
            seen.note(is_well=_takes_work(url))
        finally:
            seen.looking.release()
    return not seen.is_well


def _takes_work(url: str) -> bool:
    """Whether Redis answers and has room: a full one answers, and refuses whatever is written."""
    try:
        return bool(_client(url, GLANCE).set("probe", 1, ex=60))
    except RedisError:
        return False
