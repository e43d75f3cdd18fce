"""The clients for `REDIS_URL`, and what is wrong with Redis at this moment."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from flask import current_app
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from webapp.core.redis_errors import described

# Seconds. A page asks how Redis is, so it can neither wait for long nor ask each time.
GLANCE = 0.5
GLANCE_AGAIN = 5.0


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


def note(error: RedisError) -> None:
    """Remember what went wrong just now, so that nobody waits for the same answer."""
    _seen(current_app.config["REDIS_URL"]).note(described(error))


@dataclass
class _Seen:
    """How a Redis was when last looked at by this process."""

    trouble: str | None = None
    at: float = -GLANCE_AGAIN
    looking: threading.Lock = field(default_factory=threading.Lock)

    def note(self, trouble: str | None) -> None:
        self.trouble, self.at = trouble, time.monotonic()


@cache
def _seen(url: str) -> _Seen:
    return _Seen()


def is_delayed() -> bool:
    """Whether Redis takes no work, because it is away or full; as it was within the last seconds."""
    return trouble() is not None


def trouble() -> str | None:
    """Why Redis takes no work, as it was within the last seconds; None if it does.

    Without a `REDIS_URL` there is none that could be away. At most one thread waits for an answer, half a
    second; the others are told what was known before.
    """
    url = current_app.config["REDIS_URL"]
    if url is None:
        return None
    seen = _seen(url)
    if time.monotonic() - seen.at >= GLANCE_AGAIN and seen.looking.acquire(blocking=False):
        try:
            seen.note(_trouble(url))
        finally:
            seen.looking.release()
    return seen.trouble


def _trouble(url: str) -> str | None:
    """Why Redis does not answer or has no room: a full one answers, and refuses whatever is written."""
    try:
        _client(url, GLANCE).set("probe", 1, ex=60)
    except RedisError as error:
        return described(error)
    return None
