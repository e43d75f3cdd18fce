"""Clients for `REDIS_URL`, and the current state of Redis."""

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

# Seconds. Pages show whether Redis is available, so a probe must be fast and rare.
GLANCE = 0.5
GLANCE_AGAIN = 5.0


def connection(timeout: float | None = 5) -> Redis:
    """Return a client for `REDIS_URL` with a timeout in seconds (None: no timeout).

    Raises RedisError if no URL is configured.
    """
    url = current_app.config["REDIS_URL"]
    if url is None:
        raise RedisError("REDIS_URL is not set")
    return _client(url, timeout)


@cache
def _client(url: str, timeout: float | None) -> Redis:
    given: dict[str, Any] = {"socket_connect_timeout": min(2.0, timeout or 2.0), "socket_timeout": timeout}
    if timeout is not None:
        # One retry, for an idle connection that was closed; by default the client would retry for many
        # seconds, which is too long for a user.
        given["retry"] = Retry(NoBackoff(), 1)
    return Redis.from_url(url, **given)


def forget_connections() -> None:
    """Drop cached clients, so that a forked process creates its own."""
    _client.cache_clear()
    _seen.cache_clear()


def note(error: RedisError) -> None:
    """Record a failure just observed, so that other threads need not wait for the same timeout."""
    _seen(current_app.config["REDIS_URL"]).note(described(error))


@dataclass
class _Seen:
    """Result of this process's last probe of a Redis."""

    trouble: str | None = None
    at: float = -GLANCE_AGAIN
    looking: threading.Lock = field(default_factory=threading.Lock)

    def note(self, trouble: str | None) -> None:
        self.trouble, self.at = trouble, time.monotonic()


@cache
def _seen(url: str) -> _Seen:
    return _Seen()


def is_delayed() -> bool:
    """Return whether Redis was unavailable or full within the last seconds."""
    return trouble() is not None


def trouble() -> str | None:
    """Return why Redis accepted no work within the last seconds, or None if it did.

    Without a `REDIS_URL` the result is None. At most one thread probes Redis, for half a second; the others
    use the previous result.
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
    """Return why Redis is unreachable or full: a full one answers, but rejects writes."""
    try:
        _client(url, GLANCE).set("probe", 1, ex=60)
    except RedisError as error:
        return described(error)
    return None
