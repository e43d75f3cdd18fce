"""In which order those who wait under a login are served: checks first, then who was served longest ago.

A dealer that has just been served so goes behind the others that wait, and a new one neither jumps ahead of
all who wait nor waits for all of them to end. The order is kept in Redis, beside the window that requests are
counted in. That alone says how many may be sent: an order that is lost, or wrong, makes nobody send too many.
"""

import hashlib
import math
import secrets
from dataclasses import dataclass, field
from typing import Any, Final

LIFE: Final = 6.0
"""Seconds without a sign of life after which somebody is taken for dead, and holds nobody up any more."""
SIGN_EVERY: Final = 2.0
"""Seconds, at most, between two signs of life."""
REMEMBERED: Final = 5.0
"""Seconds for which it counts when a dealer was served. Who came later than that after somebody's last turn
is behind him: so nobody waits for ever while new dealers come and come."""

# Seconds by which a check is ahead of everybody who came in the last centuries.
_URGENT: Final = 10_000_000_000

_STAND = """
local waiting, alive, served, used_up = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local place, dealer, urgent = ARGV[1], ARGV[2], tonumber(ARGV[3])
local life, remembered = tonumber(ARGV[4]), tonumber(ARGV[5])
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', alive, '-inf', now - life)) do
    redis.call('ZREM', waiting, gone)
    redis.call('ZREM', alive, gone)
end
redis.call('ZREMRANGEBYSCORE', served, '-inf', now - remembered)
if not redis.call('ZSCORE', waiting, place) then
    local since = tonumber(redis.call('ZSCORE', served, dealer) or now - remembered)
    redis.call('ZADD', waiting, string.format('%.6f', since - urgent), place)
end
redis.call('ZADD', alive, string.format('%.6f', now), place)
redis.call('EXPIRE', waiting, math.ceil(life))
redis.call('EXPIRE', alive, math.ceil(life))
local last = redis.call('ZREVRANGE', served, 0, 0, 'WITHSCORES')[2]
local idle = last and string.format('%.6f', now - last) or 'inf'
local is_shared = redis.call('ZCARD', waiting) > 1 or redis.call('ZCARD', served) > 1
local is_paced = is_shared and redis.call('EXISTS', used_up) == 1
return {redis.call('ZRANK', waiting, place), idle, is_paced and 1 or 0}
"""

_LEAVE = """
local waiting, alive, served = KEYS[1], KEYS[2], KEYS[3]
local place, dealer, is_served, remembered = ARGV[1], ARGV[2], ARGV[3] == '1', tonumber(ARGV[4])
redis.call('ZREM', waiting, place)
redis.call('ZREM', alive, place)
if is_served then
    local clock = redis.call('TIME')
    local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
    redis.call('ZADD', served, string.format('%.6f', now), dealer)
    redis.call('EXPIRE', served, math.ceil(remembered))
end
return redis.call('ZCARD', waiting)
"""


@dataclass(frozen=True)
class Requester:
    """For which dealer (its CMF) a request is to be sent, and whether a person waits for the answer."""

    dealer: str | None = None
    is_urgent: bool = False


ANYBODY: Final = Requester()


@dataclass(frozen=True)
class QueuePosition:
    """How many are before somebody, and for how many seconds nobody was served.

    `is_paced` says that several dealers share a login whose rate was used up lately.
    """

    ahead: int
    idle: float
    is_paced: bool


@dataclass(frozen=True)
class Ticket:
    """One request's place among those that wait under a login."""

    login_key: str
    asker: Requester = ANYBODY
    name: str = field(default_factory=lambda: secrets.token_hex(8))

    def stand(self, asked: Any) -> Any:
        """Have a Redis or its pipeline keep the place, as a sign of life; `standing` reads its answer."""
        urgent = _URGENT if self.asker.is_urgent else 0
        keys = _keys(self.login_key)
        return asked.eval(_STAND, len(keys), *keys, self.name, self._dealer, urgent, LIFE, REMEMBERED)

    def leave(self, asked: Any, *, is_served: bool) -> None:
        """Give the place up; whoever is served stands behind the others the next time."""
        keys = _keys(self.login_key)
        asked.eval(_LEAVE, len(keys), *keys, self.name, self._dealer, int(is_served), REMEMBERED)

    @property
    def _dealer(self) -> str:
        """The CMF without revealing it, as it may be a user name too (docs/lightspeed-3pa.md, Requests)."""
        return hashlib.sha256(f"{self.login_key}\n{self.asker.dealer}".encode()).hexdigest()[:16]


def queue_position(answer: Any) -> QueuePosition:
    """What `Place.stand` was answered."""
    ahead, idle, is_paced = answer
    return QueuePosition(int(ahead), float(idle), bool(is_paced))


def used_up(redis: Any, login_key: str, seconds: float) -> None:
    """Note, for so many seconds, that the rate of a login is used up."""
    redis.set(_keys(login_key)[3], 1, ex=math.ceil(seconds))


def count(redis: Any, login_key: str) -> int:
    """How many wait under a login."""
    return int(redis.zcard(_keys(login_key)[0]))


def _keys(login_key: str) -> tuple[str, ...]:
    return tuple(f"lightspeed/turns/{login_key}/{word}" for word in ("waiting", "alive", "served", "used-up"))
