"""How many requests may be sent: at most so many a minute for each login, over all workers (R9)."""

import time
from dataclasses import dataclass
from typing import Protocol

import structlog
from limits import RateLimitItem
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

from jobs.lightspeed.background import TICK, Background, Waiting, sleep
from jobs.lightspeed.elsewhere import Elsewhere, Nobody
from jobs.lightspeed.memory import Memory
from jobs.lightspeed.reserve import Reserve
from webapp import rate_window
from webapp.rate_window import MINUTE

log = structlog.get_logger()

_PARTS = 10
"""A process that cannot reach Redis sends at most a tenth of the rate; less where more than five may send."""
_REDIS_SECONDS = 2.0
_NOBODY = Nobody()


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
    def shared(
        cls,
        redis_url: str,
        per_minute: int | None,
        *,
        seconds: int = MINUTE,
        elsewhere: Elsewhere = _NOBODY,
    ) -> "RateBudget":
        """A budget that all processes with the same Redis share; `None` or 0 means no limit.

        While Redis does not answer, a process first waits out a whole window, as the others may have used it
        up, and then goes on at a tenth of the rate at most: slower, never faster. So it is where a Redis has
        lost what it knew: what `elsewhere` says may have been sent counts for one window.
        """
        return cls(_SharedWindow(redis_url, per_minute, seconds, elsewhere) if per_minute else None)

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


class _SharedWindow:
    """The moving window that processes share in Redis, and what to do without it."""

    def __init__(self, redis_url: str, per_minute: int, seconds: int, elsewhere: Elsewhere) -> None:
        self._rate = rate_window.rate(per_minute, seconds)
        self._limiter = rate_window.shared(redis_url, _REDIS_SECONDS)
        self._memory = Memory(redis_url, _REDIS_SECONDS, self._rate, elsewhere)
        self._elsewhere = elsewhere
        self._reserve = Reserve(self._rate.get_expiry())
        self._silence: _Silence | None = None
        self._taken_at: float | None = None

    def take(self, key: str, waiting: Waiting) -> bool:
        # Requests sent while Redis was away are counted now, all at once, with the first that it hears of.
        unheard = self._reserve.used(key)
        cost = min(1 + unheard, self._rate.amount)
        try:
            taken = Background(lambda _: self._memory.hit(self._limiter, key, cost)).result(waiting)
        except RedisError as error:
            return self._take_without_redis(key, error)
        self._silence = None
        if taken:
            self._taken_at = time.monotonic()
            self._reserve.forget(key)
        return taken

    def _take_without_redis(self, key: str, error: RedisError) -> bool:
        if self._silence is None:
            self._silence = self._fallen_silent()
            log.warning(
                "rate budget without redis, going on slowly",
                problem=type(error).__name__,
                share=self._silence.share,
            )
        if time.monotonic() < self._silence.wait_until:
            return False
        return self._reserve.take(key, self._silence.share)

    def _fallen_silent(self) -> "_Silence":
        """All shares together are at most half of the rate: no need to wait where the rest was not used."""
        now, window = time.monotonic(), self._rate.get_expiry()
        parts = max(_PARTS, 2 * self._elsewhere.senders())
        is_used = self._taken_at is not None and now - self._taken_at < window
        must_wait = is_used or self._elsewhere.sent(window) > self._rate.amount // 2
        return _Silence(now + window if must_wait else now, max(1, self._rate.amount // parts))


@dataclass(frozen=True)
class _Silence:
    """Until when (monotonic) to wait, and how many requests may be sent in each window then."""

    wait_until: float
    share: int
