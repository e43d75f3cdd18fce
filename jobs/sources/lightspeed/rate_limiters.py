"""Where requests are counted: in this process alone, or in a Redis that processes share."""

import time
from dataclasses import dataclass
from typing import Final

import structlog
from limits import RateLimitItem
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

from jobs.concurrency import TICK, Cancellable, Waiting
from jobs.sources.lightspeed.fair_queue import SIGN_EVERY, Ticket
from jobs.sources.lightspeed.fallback_rate_limiter import FallbackRateLimiter
from jobs.sources.lightspeed.redis_rate_limiter import RedisRateLimiter
from jobs.sources.lightspeed.usage_estimate import UsageEstimate
from webapp.core.redis_errors import described

log = structlog.get_logger()

_PARTS: Final = 10
"""A process that cannot reach Redis sends at most a tenth of the rate; less where more than five may send."""
# Seconds. Room may be there a moment later than it was promised.
_LEAST_PAUSE: Final = 0.002


class LocalRateLimiter:
    """The moving window of one process."""

    def __init__(self, rate: RateLimitItem) -> None:
        self._rate = rate
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def take(self, place: Ticket, waiting: Waiting) -> float | None:
        if self._limiter.hit(self._rate, place.login_key):
            return None
        return min(max(self._room_in(place.login_key), _LEAST_PAUSE), SIGN_EVERY)

    def leave(self, place: Ticket) -> None:
        """Nobody else waits."""

    def is_crowded(self, login_key: str, seconds: float) -> bool:
        is_full = self._limiter.get_window_stats(self._rate, login_key).remaining == 0
        return is_full and self._room_in(login_key) > seconds

    def _room_in(self, login_key: str) -> float:
        return self._limiter.get_window_stats(self._rate, login_key).reset_time - time.time()


class SharedRateLimiter:
    """The moving window that processes share in Redis, and what to do without it."""

    def __init__(self, rate: RateLimitItem, memory: RedisRateLimiter, elsewhere: UsageEstimate) -> None:
        self._rate = rate
        self._memory = memory
        self._elsewhere = elsewhere
        self._reserve = FallbackRateLimiter(self._rate.get_expiry())
        self._silence: _Outage | None = None
        self._taken_at: float | None = None

    def take(self, place: Ticket, waiting: Waiting) -> float | None:
        # Requests sent while Redis was away are counted now, all at once, with the first that it hears of.
        unheard = self._reserve.used(place.login_key)
        cost = min(1 + unheard, self._rate.amount)
        try:
            pause = Cancellable(lambda _: self._memory.hit(place, cost)).result(waiting)
        except RedisError as error:
            return None if self._take_without_redis(place.login_key, error) else TICK
        self._silence = None
        if pause is None:
            self._taken_at = time.monotonic()
            self._reserve.forget(place.login_key)
        return pause

    def leave(self, place: Ticket) -> None:
        # Whoever leaves is in a hurry, and a Redis that hangs is not: without this the place ends by itself.
        Cancellable(lambda _: self._memory.leave(place))

    def is_crowded(self, login_key: str, seconds: float) -> bool:
        try:
            return self._memory.is_crowded(login_key, seconds)
        except RedisError:
            return False

    def _take_without_redis(self, key: str, error: RedisError) -> bool:
        if self._silence is None:
            self._silence = self._fallen_silent()
            log.warning(
                "lightspeed.rate_budget_degraded",
                error=described(error),
                share=self._silence.share,
            )
        if time.monotonic() < self._silence.wait_until:
            return False
        return self._reserve.take(key, self._silence.share)

    def _fallen_silent(self) -> "_Outage":
        """All shares together are at most half of the rate: no need to wait where the rest was not used."""
        now, window = time.monotonic(), self._rate.get_expiry()
        parts = max(_PARTS, 2 * self._elsewhere.senders())
        is_used = self._taken_at is not None and now - self._taken_at < window
        must_wait = is_used or self._elsewhere.sent(window) > self._rate.amount // 2
        return _Outage(now + window if must_wait else now, max(1, self._rate.amount // parts))


@dataclass(frozen=True)
class _Outage:
    """Until when (monotonic) to wait, and how many requests may be sent in each window then."""

    wait_until: float
    share: int
