"""How many requests may be sent: at most so many a minute for each login, over all workers (R9)."""

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
_NOBODY = NoOtherUsage()


class _Window(Protocol):
    def take(self, place: Ticket, waiting: Waiting) -> float | None:
        """Count one request if there is room for it, else tell the seconds until there may be (None: now)."""
        ...

    def leave(self, place: Ticket) -> None:
        """Who waited there waits no more, without having been served."""
        ...

    def is_crowded(self, login_key: str, seconds: float) -> bool:
        """Whether others wait for room, or there will be none for so many seconds."""
        ...


class RateBudget:
    """Lets requests pass, never more than the rate in any minute for one login.

    Where several wait for room under a login it is given to them in turns
    (jobs/sources/lightspeed/fair_queue.py).
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
        elsewhere: UsageEstimate = _NOBODY,
    ) -> "RateBudget":
        """A budget that all processes with the same Redis share; `None` or 0 means no limit.

        While Redis does not answer, a process first waits out a whole window, as the others may have used it
        up, and then goes on at a tenth of the rate at most: slower, never faster. So it is where a Redis has
        lost what it knew: what `elsewhere` says may have been sent counts for one window.
        """
        if not per_minute:
            return cls(None)
        rate, limiter = rate_window.rate(per_minute, seconds), rate_window.shared(redis_url, _REDIS_SECONDS)
        spread = rate_window.spread(per_minute)
        memory = RedisRateLimiter(redis_url, _REDIS_SECONDS, rate, limiter, elsewhere, spread)
        return cls(SharedRateLimiter(rate, memory, elsewhere))

    def acquire(self, login_key: str, waiting: Waiting, asker: Requester = ANYBODY) -> float:
        """Return when a request may be sent, with the seconds that it had to wait for room.

        The request is counted then, whether it will be sent or not.

        `login_key` stands for the login without revealing it. During the wait `waiting` is called at least
        every 0.5 s, and what it raises ends the wait.
        """
        if self._window is None:
            return 0.0
        place, refused = Ticket(login_key, asker), None
        try:
            while (pause := self._window.take(place, waiting)) is not None:
                refused = refused or time.monotonic()
                sleep(pause, waiting)
        except BaseException:
            self._window.leave(place)
            raise
        return time.monotonic() - refused if refused else 0.0

    def is_crowded(self, login_key: str, seconds: float) -> bool:
        """Whether others wait for room under a login, or there will be none for so many seconds.

        False where that cannot be known.
        """
        return self._window is not None and self._window.is_crowded(login_key, seconds)
