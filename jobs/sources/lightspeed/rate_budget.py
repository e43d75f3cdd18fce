"""Rate limit of requests per minute and login, shared by all workers (R9)."""

import time
from typing import Protocol

from jobs.concurrency import Waiting, sleep
from jobs.sources.lightspeed.fair_queue import ANYBODY, Requester, Ticket
from jobs.sources.lightspeed.rate_limiters import LocalRateLimiter, SharedRateLimiter
from jobs.sources.lightspeed.redis_rate_limiter import RedisRateLimiter
from jobs.sources.lightspeed.usage_estimate import NoOtherUsage, UsageEstimate
from webapp.core import rate_window
from webapp.core.rate_window import MINUTE

_REDIS_SECONDS = 2.0
_NO_OTHER_USAGE = NoOtherUsage()


class _Window(Protocol):
    def take(self, ticket: Ticket) -> float | None:
        """Count one request and return None, or return the seconds until the limit may allow it."""
        ...

    def leave(self, ticket: Ticket) -> None:
        """Drop a ticket whose request was not counted."""
        ...

    def is_crowded(self, login_key: str, seconds: float) -> bool:
        """Whether other requests wait under a login, or the limit allows none for `seconds`."""
        ...


class RateBudget:
    """Moving-window rate limiter: in any minute, requests under one login never exceed the rate.

    Requests that wait under one login are served by a fair queue (fair_queue.py).
    """

    def __init__(self, window: _Window | None) -> None:
        self._window = window

    @classmethod
    def in_process(cls, per_minute: int | None, *, seconds: int = MINUTE) -> "RateBudget":
        """Create a budget for this process only; `None` or 0 means no limit. The window has `seconds`."""
        return cls(LocalRateLimiter(rate_window.rate(per_minute, seconds)) if per_minute else None)

    @classmethod
    def shared(
        cls,
        redis_url: str,
        per_minute: int | None,
        *,
        seconds: int = MINUTE,
        usage: UsageEstimate = _NO_OTHER_USAGE,
    ) -> "RateBudget":
        """Create a budget shared by all processes that use the same Redis; `None` or 0 means no limit.

        During an outage of Redis, a process first waits for one window, because other processes may have used
        it up, and then sends at most a tenth of the rate. After Redis has lost its data, the requests that
        `usage` estimates were sent count against the limit for one window.
        """
        if not per_minute:
            return cls(None)
        rate, spread = rate_window.rate(per_minute, seconds), rate_window.spread(per_minute)
        shared = RedisRateLimiter(redis_url, _REDIS_SECONDS, rate, usage, spread)
        return cls(SharedRateLimiter(rate, shared, usage))

    def acquire(self, login_key: str, waiting: Waiting, requester: Requester = ANYBODY) -> float:
        """Count one request, after waiting until the limit allows it; return the seconds waited.

        `login_key` identifies the login without revealing it. During the wait `waiting` is called at least
        every 0.5 s, except while Redis times out (two seconds); an exception from it ends the wait.
        """
        if self._window is None:
            return 0.0
        ticket, wait_started = Ticket(login_key, requester), None
        try:
            while (pause := self._window.take(ticket)) is not None:
                wait_started = wait_started or time.monotonic()
                sleep(pause, waiting)
        except BaseException:
            self._window.leave(ticket)
            raise
        return time.monotonic() - wait_started if wait_started else 0.0

    def is_crowded(self, login_key: str, seconds: float) -> bool:
        """Whether other requests wait under a login, or the limit allows none for `seconds`.

        False if Redis does not respond.
        """
        return self._window is not None and self._window.is_crowded(login_key, seconds)
