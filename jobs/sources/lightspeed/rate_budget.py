"""Rate limit: at most so many requests a minute for each login, over all workers (R9)."""

import time
from typing import Protocol

from jobs.concurrency import TICK, Waiting, sleep
from jobs.sources.lightspeed.fair_queue import ANYBODY, Requester, Ticket
from jobs.sources.lightspeed.rate_limiters import LocalRateLimiter, SharedRateLimiter
from jobs.sources.lightspeed.redis_rate_limiter import RedisRateLimiter
from jobs.sources.lightspeed.usage_estimate import NoOtherUsage, UsageEstimate
from webapp.core import rate_window
from webapp.core.rate_window import MINUTE

_REDIS_SECONDS = 2.0
_NOBODY = NoOtherUsage()


class _Window(Protocol):
    def take(self, ticket: Ticket) -> float | None:
        """Count one request and return None, or return the seconds until there may be room."""
        ...

    def leave(self, ticket: Ticket) -> None:
        """Give up a ticket that was not served."""
        ...

    def is_crowded(self, login_key: str, seconds: float) -> bool:
        """Whether others wait for room, or there will be none for so many seconds."""
        ...


class RateBudget:
    """Never lets more requests pass than the rate in any minute for one login.

    Requests that wait under one login are served in turns (fair_queue.py).
    """

    def __init__(self, window: _Window | None) -> None:
        self._window = window

    @classmethod
    def in_process(cls, per_minute: int | None, *, seconds: int = MINUTE) -> "RateBudget":
        """A budget of this process alone; `None` or 0 means no limit. `seconds` is the window's length."""
        return cls(LocalRateLimiter(rate_window.rate(per_minute, seconds)) if per_minute else None)

    @classmethod
    def shared(
        cls,
        redis_url: str,
        per_minute: int | None,
        *,
        seconds: int = MINUTE,
        usage: UsageEstimate = _NOBODY,
    ) -> "RateBudget":
        """A budget that all processes with the same Redis share; `None` or 0 means no limit.

        While Redis does not answer, a process first waits for a whole window, as the others may have used it
        up, and then goes on at a tenth of the rate at most: slower, never faster. The same holds for a Redis
        that lost its data: requests that `usage` says may have been sent count for one window.
        """
        if not per_minute:
            return cls(None)
        rate, spread = rate_window.rate(per_minute, seconds), rate_window.spread(per_minute)
        shared = RedisRateLimiter(redis_url, _REDIS_SECONDS, rate, usage, spread)
        return cls(SharedRateLimiter(rate, shared, usage))

    def acquire(self, login_key: str, waiting: Waiting, requester: Requester = ANYBODY) -> float:
        """Count one request, and return the seconds that it had to wait for room.

        `login_key` identifies the login without revealing it. During the wait `waiting` is called at least
        every 0.5 s, except while Redis does not answer (two seconds); what it raises ends the wait.
        """
        if self._window is None:
            return 0.0
        ticket, refused = Ticket(login_key, requester), None
        try:
            while (pause := _take(self._window, ticket, waiting)) is not None:
                refused = refused or time.monotonic()
                sleep(pause, waiting)
        except BaseException:
            self._window.leave(ticket)
            raise
        return time.monotonic() - refused if refused else 0.0

    def is_crowded(self, login_key: str, seconds: float) -> bool:
        """Whether others wait for room under a login, or there will be none for so many seconds.

        False if that is unknown.
        """
        return self._window is not None and self._window.is_crowded(login_key, seconds)


def _take(window: _Window, ticket: Ticket, waiting: Waiting) -> float | None:
    started = time.monotonic()
    pause = window.take(ticket)
    if time.monotonic() - started > TICK:  # Redis did not answer, which is a wait too
        waiting()
    return pause
