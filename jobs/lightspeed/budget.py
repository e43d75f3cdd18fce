"""How many requests may be sent: at most so many a minute for each login, over all workers (R9)."""

import time
from typing import Protocol

import structlog
from limits import RateLimitItem
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

from jobs.lightspeed.background import TICK, Background, Waiting, sleep
from webapp import rate_window
from webapp.rate_window import MINUTE

log = structlog.get_logger()

_RESERVE = 10
"""A process that cannot reach Redis sends at most this part of the rate, so that ten together keep to it."""
_REDIS_SECONDS = 2.0


class _Window(Protocol):
    def take(self, key: str, waiting: Waiting) -> bool:
        """Count one request if there is room for it, and tell whether there was."""
        ...


class RateBudget:
    """Lets requests pass, never more than the rate in any minute for one login."""

    def __init__(self, window: _Window | None) -> None:
        self._window = window

    @classmethod
    def in_process(cls, per_minute: int | None, *, seconds: int = MINUTE) -> "RateBudget":
        """A budget of this process alone; `None` or 0 means no limit. `seconds` is the window's length."""
        return cls(_OwnWindow(rate_window.rate(per_minute, seconds)) if per_minute else None)

    @classmethod
    def shared(cls, redis_url: str, per_minute: int | None, *, seconds: int = MINUTE) -> "RateBudget":
        """A budget that all processes with the same Redis share; `None` or 0 means no limit.

        While Redis does not answer, a process first waits out a whole window, as the others may have used it
        up, and then goes on at a tenth of the rate: slower, never faster.
        """
        return cls(_SharedWindow(redis_url, per_minute, seconds) if per_minute else None)

    def acquire(self, login_key: str, waiting: Waiting) -> float:
        """Return when a request may be sent, with the seconds that it had to wait for room.

        The request is counted then, whether it will be sent or not.

        `login_key` stands for the login without revealing it. During the wait `waiting` is called at least
        every 0.5 s, and what it raises ends the wait.
        """
        if self._window is None or self._window.take(login_key, waiting):
            return 0.0
        refused = time.monotonic()
        sleep(TICK, waiting)
        while not self._window.take(login_key, waiting):
            sleep(TICK, waiting)
        return time.monotonic() - refused


class _OwnWindow:
    """The moving window of one process."""

    def __init__(self, rate: RateLimitItem) -> None:
        self._rate = rate
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def take(self, key: str, waiting: Waiting) -> bool:
        return self._limiter.hit(self._rate, key)

    def used(self, key: str) -> int:
        return self._rate.amount - self._limiter.get_window_stats(self._rate, key).remaining

    def forget(self, key: str) -> None:
        self._limiter.clear(self._rate, key)


class _SharedWindow:
    """The moving window that processes share in Redis, and what to do without it."""

    def __init__(self, redis_url: str, per_minute: int, seconds: int) -> None:
        self._rate = rate_window.rate(per_minute, seconds)
        self._limiter = rate_window.shared(redis_url, _REDIS_SECONDS)
        self._reserve = _OwnWindow(rate_window.rate(max(1, per_minute // _RESERVE), seconds))
        self._silent_since: float | None = None

    def take(self, key: str, waiting: Waiting) -> bool:
        # Requests sent while Redis was away are counted now, all at once, with the first that it hears of.
        unheard = self._reserve.used(key)
        cost = min(1 + unheard, self._rate.amount)
        try:
            taken = Background(lambda _: self._limiter.hit(self._rate, key, cost=cost)).result(waiting)
        except RedisError as error:
            return self._take_without_redis(key, waiting, error)
        self._silent_since = None
        if taken and unheard:
            self._reserve.forget(key)
        return taken

    def _take_without_redis(self, key: str, waiting: Waiting, error: RedisError) -> bool:
        now = time.monotonic()
        if self._silent_since is None:
            self._silent_since = now
            log.warning("rate budget without redis, going on slowly", problem=type(error).__name__)
        if now - self._silent_since < self._rate.get_expiry():
            return False
        return self._reserve.take(key, waiting)
