"""Remaining requests to Lightspeed in this minute, which an active run may be waiting for (R9)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from flask import current_app
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

from webapp.core import rate_window
from webapp.models import Configuration

# Timeout in seconds. A page polled every two seconds cannot wait for an unavailable Redis.
TIMEOUT = 0.3


@dataclass(frozen=True)
class RequestBudget:
    """Requests left for the dealer's login in this minute, and the limit; other dealers of its organization
    share them."""

    left: int
    per_minute: int

    @classmethod
    def of(cls, configuration: Configuration) -> RequestBudget | None:
        """Return the current budget; None without a login, a limit, or a response from Redis."""
        config, username = current_app.config, configuration.credentials_holder.username
        url, per_minute = config["REDIS_URL"], config["LIGHTSPEED_REQUESTS_PER_MINUTE"]
        if not (url and per_minute and username):
            return None
        key = rate_window.login_key(config["LIGHTSPEED_API_URL"], username)
        try:
            stats = _window(url).get_window_stats(rate_window.rate(per_minute), key)
        except RedisError:
            return None
        return cls(stats.remaining, per_minute)


@cache
def _window(url: str) -> MovingWindowRateLimiter:
    return rate_window.shared_window(url, TIMEOUT)
