"""Rate limit window for requests to Lightspeed (R9). Pure except for the Redis storage.

Workers count requests in it (jobs/sources/lightspeed/take_turn.lua), and pages read it; both use this
definition.
"""

from __future__ import annotations

import hashlib
from typing import Final

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis.backoff import NoBackoff
from redis.retry import Retry

MINUTE: Final = 60
# Seconds that our window is longer than the service's: requests have unequal latency, and the clocks of
# workers may differ slightly.
_MARGIN: Final = 1


def rate(per_minute: int, seconds: int = MINUTE) -> RateLimitItem:
    """Return a limit of `per_minute` requests in any window of that many seconds."""
    return RateLimitItemPerSecond(per_minute, seconds + _MARGIN, namespace="lightspeed")


def spread(per_minute: int) -> int:
    """Return how many requests syncs pace over the window, instead of sending them in a burst.

    Capacity is then available every few seconds even after a burst, and a credential check need not wait for
    the next minute. The total rate stays the same.
    """
    return per_minute // 200 * 20


def login_key(base_url: str, username: str) -> str:
    """Return the window's key for a login, as a hash that doesn't reveal it.

    Case is ignored, since the service may treat `Dealer` and `dealer` as one login: at worst two logins share
    one rate.
    """
    return hashlib.sha256(f"{base_url.rstrip('/')}\n{username.strip()}".casefold().encode()).hexdigest()


def redis_key(rate: RateLimitItem, login_key: str) -> str:
    """Return the key of the list in Redis that `limits` keeps the window of a login in."""
    return f"{RedisStorage.PREFIX}:{rate.key_for(login_key)}"


def shared_window(redis_url: str, timeout: float) -> MovingWindowRateLimiter:
    """Return the window shared by all processes with this Redis; its timeout is `timeout` seconds.

    Its methods raise RedisError if Redis is unavailable.
    """
    # Without retries of its own: the caller retries, and checks for cancellation in between.
    storage = RedisStorage(
        redis_url,
        socket_timeout=timeout,
        socket_connect_timeout=timeout,
        retry=Retry(NoBackoff(), 0),  # type: ignore[arg-type]
    )
    return MovingWindowRateLimiter(storage)
