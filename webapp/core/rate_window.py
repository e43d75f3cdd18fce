"""The window in which requests to Lightspeed are counted (R9). Pure but for the Redis that it is kept in.

Workers count in it, and pages read it: both must mean the same window, so it is described here one time.
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
# Seconds by which our window is longer than the service's: requests take unequal time to get there, and the
# clocks of workers may differ a little.
_MARGIN: Final = 1


def rate(per_minute: int, seconds: int = MINUTE) -> RateLimitItem:
    """So many requests in any such number of seconds."""
    return RateLimitItemPerSecond(per_minute, seconds + _MARGIN, namespace="lightspeed")


def spread(per_minute: int) -> int:
    """How many of them syncs send one by one until the window turns over, instead of all at once.

    So there is room every few seconds, also after a minute's requests were sent within moments: a check need
    not wait for the next minute. None of them is lost by it.
    """
    return per_minute // 200 * 20


def login_key(base_url: str, username: str) -> str:
    """Name a login for the window without revealing it.

    Without case, as the service may not tell `Dealer` from `dealer`: at worst two logins share one rate.
    """
    return hashlib.sha256(f"{base_url.rstrip('/')}\n{username.strip()}".casefold().encode()).hexdigest()


def shared(redis_url: str, patience: float) -> MovingWindowRateLimiter:
    """The window that all processes with this Redis share; it waits `patience` seconds for an answer.

    What it is asked raises RedisError where there is none.
    """
    # Without retries of its own: whoever asks asks again, and looks around meanwhile.
    storage = RedisStorage(
        redis_url,
        socket_timeout=patience,
        socket_connect_timeout=patience,
        retry=Retry(NoBackoff(), 0),  # type: ignore[arg-type]
    )
    return MovingWindowRateLimiter(storage)
