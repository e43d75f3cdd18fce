"""The window and the turns in one Redis, and whether it remembers all that was sent within the window.

A Redis that was restarted, or emptied, counts from nothing, or from what it had stored some time ago. So a
note beside the window says since when it has been kept, under the id that a Redis gives itself at each start.
Where the note is missing, what may have been sent before counts as well, until a whole window has passed.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import structlog
from limits import RateLimitItem
from limits.strategies import MovingWindowRateLimiter
from limits.util import WindowStats
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from jobs.concurrency import TICK
from jobs.sources.lightspeed import fair_queue
from jobs.sources.lightspeed.fair_queue import QueuePosition, Ticket
from jobs.sources.lightspeed.usage_estimate import UsageEstimate

log = structlog.get_logger()

_NOTES = "lightspeed/kept-since"
# Seconds. Those who wait look one after the other, so that the first of them finds its room.
_APART: Final = 0.05
# Of an even pace: faster, as it takes a moment to be served, and what is missed has to be made up for.
_PACE: Final = 0.75
# Room is there after its moment, not at it.
_AFTER: Final = 0.002


@dataclass(frozen=True)
class _State:
    """Since when, on the clock of Redis in seconds, and how many requests may have been sent before."""

    note: bytes
    forgotten: int
    is_young: bool


class RedisRateLimiter:
    """What one Redis knows of requests that were sent. Raises RedisError where that does not answer."""

    def __init__(
        self,
        redis_url: str,
        patience: float,
        rate: RateLimitItem,
        limiter: MovingWindowRateLimiter,
        elsewhere: UsageEstimate,
        spread: int,
    ) -> None:
        """`spread` is how much room those that are not urgent take one by one."""
        self._redis: Redis = Redis.from_url(
            redis_url,
            socket_timeout=patience,
            socket_connect_timeout=patience,
            retry=Retry(NoBackoff(), 0),
        )
        self._rate = rate
        self._limiter = limiter
        self._elsewhere = elsewhere
        self._spread = spread
        self._pace = _PACE * rate.get_expiry() / rate.amount

    def hit(self, place: Ticket, cost: int) -> float | None:
        """Count `cost` requests if it is their turn, and there is room also for what cannot be known of.

        None once they are counted, else the seconds after which it is worth while to ask again.
        """
        kept, standing = self._stand(place)
        stats = self._stats(place.login_key)
        needed, is_urgent = standing.ahead + cost, place.asker.is_urgent
        if kept.is_young and stats.remaining < kept.forgotten + needed:
            return TICK
        wait = self._wait(stats, needed, is_urgent=is_urgent)
        if not stats.remaining:
            fair_queue.used_up(self._redis, place.login_key, 2 * self._rate.get_expiry())
        if standing.is_paced and not is_urgent:
            wait = max(wait, self._pace * (standing.ahead + 1) - standing.idle)
        if wait > 0:
            return min(wait + _APART * standing.ahead, fair_queue.SIGN_EVERY)
        if not self._limiter.hit(self._rate, place.login_key, cost=cost):
            return _APART
        # Restarted in between: what was counted may be forgotten again, so nothing is sent for it.
        return None if self._leave(place, is_served=True) == kept.note else TICK

    def leave(self, place: Ticket) -> None:
        """Give a place up without having been served."""
        self._leave(place, is_served=False)

    def is_crowded(self, login_key: str, seconds: float) -> bool:
        """Whether others wait for room under a login, or there will be none for so many seconds."""
        if fair_queue.count(self._redis, login_key):
            return True
        return self._wait(self._stats(login_key), 1, is_urgent=False) > seconds

    def _wait(self, stats: WindowStats, cost: int, *, is_urgent: bool) -> float:
        """Seconds until there may be room for so many requests; 0.0 where there is."""
        turns_over = max(0.0, stats.reset_time - time.time())
        if stats.remaining < cost:
            # Those before take what there is; else the oldest request has to leave the window first.
            return _APART if stats.remaining else turns_over + _AFTER
        if is_urgent or not self._spread:
            return 0.0
        # The fewer are left after these, the nearer the window's turn must be.
        left = stats.remaining - cost
        return max(0.0, turns_over - (left + 1) * self._rate.get_expiry() / self._spread)

    def _stats(self, login_key: str) -> WindowStats:
        return self._limiter.get_window_stats(self._rate, login_key)

    def _stand(self, place: Ticket) -> tuple[_State, QueuePosition]:
        with self._redis.pipeline(transaction=False) as asked:
            _ask_for_notes(asked)
            place.stand(asked)
            *told, answer = asked.execute()
        return self._read(*told) or self._begin(), fair_queue.queue_position(answer)

    def _leave(self, place: Ticket, *, is_served: bool) -> bytes | None:
        """The note as it is now."""
        with self._redis.pipeline(transaction=False) as asked:
            _ask_for_notes(asked)
            place.leave(asked, is_served=is_served)
            *told, _ = asked.execute()
        kept = self._read(*told)
        return None if kept is None else kept.note

    def _read(
        self, info: Mapping[str, Any], now: tuple[int, int], notes: Mapping[bytes, bytes]
    ) -> _State | None:
        run_id = str(info["run_id"]).encode()
        note = notes.get(run_id)
        if note is None:
            return None
        since, forgotten = (int(part) for part in note.split(b":"))
        return _State(run_id + note, forgotten, now[0] <= since + self._rate.get_expiry())

    def _begin(self) -> _State:
        info, (seconds, _), _ = self._notes()
        run_id = str(info["run_id"])
        forgotten = min(self._elsewhere.sent(self._rate.get_expiry()), self._rate.amount)
        if self._redis.hsetnx(_NOTES, run_id, f"{seconds}:{forgotten}"):
            log.warning("lightspeed.rate_window_restarted", perhaps_sent_before=forgotten)
            earlier = [name for name in self._redis.hkeys(_NOTES) if name != run_id.encode()]
            if earlier:
                self._redis.hdel(_NOTES, *earlier)
        return self._read(*self._notes()) or _State(b"", self._rate.amount, is_young=True)

    def _notes(self) -> Any:
        with self._redis.pipeline(transaction=False) as asked:
            _ask_for_notes(asked)
            return asked.execute()


def _ask_for_notes(asked: Any) -> None:
    asked.info("server")
    asked.time()
    asked.hgetall(_NOTES)
