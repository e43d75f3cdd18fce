"""Whether Redis remembers all that was sent within the window.

A Redis that was restarted, or emptied, counts from nothing, or from what it had stored some time ago. So a
note beside the window says since when it has been kept, under the id that a Redis gives itself at each start.
Where the note is missing, what may have been sent before counts as well, until a whole window has passed.
"""

from dataclasses import dataclass
from typing import Any

import structlog
from limits import RateLimitItem
from limits.strategies import MovingWindowRateLimiter
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from jobs.lightspeed.elsewhere import Elsewhere

log = structlog.get_logger()

_NOTES = "lightspeed/kept-since"


@dataclass(frozen=True)
class _Kept:
    """Since when, on the clock of Redis in seconds, and how many requests may have been sent before."""

    note: bytes
    forgotten: int
    is_young: bool


class Memory:
    """The notes beside the windows in one Redis. Raises RedisError where that does not answer."""

    def __init__(self, redis_url: str, patience: float, rate: RateLimitItem, elsewhere: Elsewhere) -> None:
        self._redis: Redis = Redis.from_url(
            redis_url,
            socket_timeout=patience,
            socket_connect_timeout=patience,
            retry=Retry(NoBackoff(), 0),
        )
        self._rate = rate
        self._elsewhere = elsewhere

    def hit(self, limiter: MovingWindowRateLimiter, key: str, cost: int) -> bool:
        """Count `cost` requests in the window of `key`, if there is room also for what it cannot know of."""
        kept = self._kept() or self._begin()
        if kept.is_young and limiter.get_window_stats(self._rate, key).remaining < kept.forgotten + cost:
            return False
        if not limiter.hit(self._rate, key, cost=cost):
            return False
        after = self._kept()
        # Restarted in between: what was counted may be forgotten again, so nothing is sent for it.
        return after is not None and after.note == kept.note

    def _kept(self) -> _Kept | None:
        run_id, (seconds, _) = self._redis_now()
        note: Any = self._redis.hget(_NOTES, run_id)
        if note is None:
            return None
        since, forgotten = (int(part) for part in note.split(b":"))
        return _Kept(run_id.encode() + note, forgotten, seconds <= since + self._rate.get_expiry())

    def _redis_now(self) -> tuple[str, tuple[int, int]]:
        with self._redis.pipeline(transaction=False) as asked:
            asked.info("server")
            asked.time()
            info, time = asked.execute()
        return str(info["run_id"]), time

    def _begin(self) -> _Kept:
        run_id, (seconds, _) = self._redis_now()
        forgotten = min(self._elsewhere.sent(self._rate.get_expiry()), self._rate.amount)
        if self._redis.hsetnx(_NOTES, run_id, f"{seconds}:{forgotten}"):
            log.warning("rate window begins anew", perhaps_sent_before=forgotten)
            earlier = [name for name in self._redis.hkeys(_NOTES) if name != run_id.encode()]
            if earlier:
                self._redis.hdel(_NOTES, *earlier)
        kept = self._kept()
        return kept or _Kept(b"", self._rate.amount, is_young=True)
