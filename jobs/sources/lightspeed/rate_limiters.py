"""Rate limiters: one for a single process, one shared through Redis with a fallback for outages."""

import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import structlog
from limits import RateLimitItem
from redis.exceptions import RedisError

from jobs.concurrency import TICK
from jobs.sources.lightspeed.fair_queue import RENEW_EVERY, Ticket
from jobs.sources.lightspeed.fallback_rate_limiter import FallbackRateLimiter
from jobs.sources.lightspeed.redis_rate_limiter import RedisRateLimiter
from jobs.sources.lightspeed.usage_estimate import UsageEstimate
from webapp.core.redis_errors import describe

log = structlog.get_logger()

_FALLBACK_DIVISOR: Final = 10
"""A process without Redis sends at most a tenth of the rate; less if more than five processes send."""
# Seconds. A slot of the window may become free slightly later than predicted.
_LEAST_PAUSE: Final = 0.002


class LocalRateLimiter:
    """Moving-window rate limiter of one process.

    Not that of `limits`, whose storage in memory starts a thread for each request.
    """

    def __init__(self, rate: RateLimitItem) -> None:
        self._rate = rate
        self._lock = threading.Lock()
        # Monotonic times of the requests in the window, by login.
        self._sent: dict[str, deque[float]] = {}

    def take(self, ticket: Ticket) -> float | None:
        with self._lock:
            sent = self._in_window(ticket.login_key)
            if len(sent) < self._rate.amount:
                sent.append(time.monotonic())
                return None
            return min(max(self._seconds_to_reset(sent), _LEAST_PAUSE), RENEW_EVERY)

    def leave(self, ticket: Ticket) -> None:
        """Do nothing: a single process has no queue."""

    def is_crowded(self, login_key: str, seconds: float) -> bool:
        with self._lock:
            sent = self._in_window(login_key)
            return len(sent) >= self._rate.amount and self._seconds_to_reset(sent) > seconds

    def _in_window(self, login_key: str) -> deque[float]:
        sent = self._sent.setdefault(login_key, deque())
        since = time.monotonic() - self._rate.get_expiry()
        while sent and sent[0] <= since:
            sent.popleft()
        return sent

    def _seconds_to_reset(self, sent: deque[float]) -> float:
        return sent[0] + self._rate.get_expiry() - time.monotonic()


class SharedRateLimiter:
    """Moving-window rate limiter shared through Redis; during an outage, a small share of the rate."""

    def __init__(self, rate: RateLimitItem, shared: RedisRateLimiter, usage: UsageEstimate) -> None:
        self._rate = rate
        self._shared = shared
        self._usage = usage
        self._fallback = FallbackRateLimiter(self._rate.get_expiry())
        self._outage: _Outage | None = None
        self._taken_at: float | None = None

    def take(self, ticket: Ticket) -> float | None:
        # Requests sent during an outage of Redis are counted together with the first one after it.
        uncounted = self._fallback.used(ticket.login_key)
        cost = min(1 + uncounted, self._rate.amount)
        try:
            turn = self._shared.take(ticket, cost)
        except RedisError as error:
            return None if self._take_without_redis(ticket.login_key, error) else TICK
        self._outage = None
        if not turn.is_counted:
            return turn.wait
        self._taken_at = time.monotonic()
        self._fallback.forget(ticket.login_key)
        return None

    def leave(self, ticket: Ticket) -> None:
        with suppress(RedisError):  # the ticket then expires on its own
            self._shared.leave(ticket)

    def is_crowded(self, login_key: str, seconds: float) -> bool:
        try:
            return self._shared.is_crowded(login_key, seconds)
        except RedisError:
            return False

    def _take_without_redis(self, key: str, error: RedisError) -> bool:
        if self._outage is None:
            self._outage = self._begin_outage()
            log.warning(
                "lightspeed.rate_budget_degraded",
                error=describe(error),
                share=self._outage.share,
            )
        if time.monotonic() < self._outage.wait_until:
            return False
        return self._fallback.take(key, self._outage.share)

    def _begin_outage(self) -> "_Outage":
        """Start the fallback, without a wait if at most half of the rate was used in the last window.

        All shares add up to at most the other half.
        """
        now, window = time.monotonic(), self._rate.get_expiry()
        divisor = max(_FALLBACK_DIVISOR, 2 * self._usage.senders())
        was_used = self._taken_at is not None and now - self._taken_at < window
        must_wait = was_used or self._usage.sent(window) > self._rate.amount // 2
        return _Outage(now + window if must_wait else now, max(1, self._rate.amount // divisor))


@dataclass(frozen=True)
class _Outage:
    """The end of the initial wait (monotonic time), and the requests allowed per window after it."""

    wait_until: float
    share: int
