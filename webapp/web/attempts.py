"""Rate-limited attempts: counted before they are made, and refunded if they succeed.

If they were counted afterwards, any number of parallel attempts would pass. A refused attempt is counted
against no limit, since nothing was tried.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import structlog
from flask_limiter import Limiter
from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import MovingWindowRateLimiter, RateLimiter
from redis.exceptions import RedisError

from webapp.web.rate_limits import RateLimit

log = structlog.get_logger(__name__)

# The in-memory fallback if Redis fails in the middle of a request.
_SPARE: Final = MovingWindowRateLimiter(MemoryStorage())


@dataclass(frozen=True)
class _Count:
    """One window of one rate limit, for one account, browser or address."""

    limiter: RateLimiter
    item: RateLimitItem
    key: str
    scope: str
    is_refundable: bool

    def take(self) -> bool:
        return self.limiter.hit(self.item, self.key, self.scope)

    def give_back(self) -> None:
        _remove_newest(self.limiter.storage, self.item.key_for(self.key, self.scope))

    def seconds_to_wait(self) -> int:
        reset = self.limiter.get_window_stats(self.item, self.key, self.scope).reset_time
        return max(1, int(reset - time.time()) + 1)


class Attempt:
    """One request, counted against every rate limit that applies to it."""

    def __init__(self, limiter: Limiter, limits: tuple[RateLimit, ...]) -> None:
        keys = [(limit, limit.key()) for limit in limits]
        self._wanted = [(limit, key) for limit, key in keys if key]
        self._limiter = limiter
        self._taken: list[_Count] = []

    def refused_for(self) -> int | None:
        """Take one of each limit; if one is used up, take none and return the seconds to wait."""
        try:
            return self._take(self._limiter.limiter)
        except RedisError:
            log.warning("throttling.redis_lost")
            self._taken.clear()
            return self._take(_SPARE)

    def _take(self, limiter: RateLimiter) -> int | None:
        for count in self._counts(limiter):
            if not count.take():
                wait = count.seconds_to_wait()
                self._give_back(self._taken)
                return wait
            self._taken.append(count)
        return None

    def _counts(self, limiter: RateLimiter) -> Iterator[_Count]:
        for limit, key in self._wanted:
            for item in _items(limit.most):
                yield _Count(limiter, item, key, limit.name, limit.is_refundable)

    def succeeded(self) -> None:
        """Refund the attempt; limits that count every attempt, such as links sent, are not refunded."""
        self._give_back([count for count in self._taken if count.is_refundable])

    def _give_back(self, counts: list[_Count]) -> None:
        # Counting once too often is better than a failed request.
        with suppress(RedisError):
            for count in counts:
                count.give_back()


@cache
def _items(most: str) -> list[RateLimitItem]:
    return sorted(parse_many(most))


def _remove_newest(storage: Storage, key: str) -> None:
    """Remove the newest entry of a moving window: ours, or that of an equally old parallel attempt.

    The library cannot do that; both of its storages keep a window as a list with the newest entry first.
    """
    if isinstance(storage, RedisStorage):
        connection: Any = storage.get_connection()
        connection.lpop(storage.prefixed_key(key))
    elif isinstance(storage, MemoryStorage):
        with storage.locks[key]:
            if entries := storage.events.get(key):
                entries.pop(0)
