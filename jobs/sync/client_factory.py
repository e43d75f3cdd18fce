"""Creates Lightspeed clients from the settings."""

from __future__ import annotations

from flask import current_app

from jobs.sources.lightspeed import LightspeedClient, RateBudget
from jobs.sources.source import Credentials
from jobs.sync.recent_usage import RecentUsage


def connect(credentials: Credentials) -> LightspeedClient:
    """Create a client with these credentials and the rate budget that all workers share in Redis (R9)."""
    config = current_app.config
    allowed = config["LIGHTSPEED_ALLOWED_HOSTS"]
    return LightspeedClient(config["LIGHTSPEED_API_URL"], credentials, _budget(), allowed_hosts=allowed)


def _budget() -> RateBudget:
    """Return the shared budget, or without REDIS_URL one of this process, as for `sync run` on a laptop.

    If a configured Redis is unavailable, the shared budget falls back to an estimate of all workers' usage.
    """
    per_minute, url = (
        current_app.config["LIGHTSPEED_REQUESTS_PER_MINUTE"],
        current_app.config["REDIS_URL"],
    )
    if url is None:
        return RateBudget.in_process(per_minute)
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    return RateBudget.shared(url, per_minute, usage=RecentUsage(app))
