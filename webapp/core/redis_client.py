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

from webapp.core.redis_errors import describe

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
    _last_probe.cache_clear()


def record_failure(error: RedisError) -> None:
    """Record a failure just observed, so that other threads need not wait for the same timeout."""
    _last_probe(current_app.config["REDIS_URL"]).update(describe(error))


@dataclass
class _LastProbe:
    """Result of this process's last probe of a Redis."""

    reason: str | None = None
    at: float = -GLANCE_AGAIN
    lock: threading.Lock = field(default_factory=threading.Lock)

    def update(self, reason: str | None) -> None:
        self.reason, self.at = reason, time.monotonic()


@cache
def _last_probe(url: str) -> _LastProbe:
    return _LastProbe()


def is_unavailable() -> bool:
    """Return whether Redis was unavailable or full within the last seconds."""
    return outage_reason() is not None


def outage_reason() -> str | None:
    """Return why Redis accepted no work within the last seconds, or None if it did.

    Without a `REDIS_URL` the result is None. At most one thread probes Redis, for half a second; the others
    use the previous result.
    """
    url = current_app.config["REDIS_URL"]
    if url is None:
        return None
    probe = _last_probe(url)
    if time.monotonic() - probe.at >= GLANCE_AGAIN and probe.lock.acquire(blocking=False):
        try:
            probe.update(_outage_reason(url))
        finally:
            probe.lock.release()
    return probe.reason


def _outage_reason(url: str) -> str | None:
    """Return why Redis is unreachable or full: a full one answers, but rejects writes."""
    try:
        _client(url, GLANCE).set("probe", 1, ex=60)
    except RedisError as error:
        return describe(error)
    return None
