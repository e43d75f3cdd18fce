"""Opens the 3PA service as this deployment is configured to reach it."""

from __future__ import annotations

import structlog
from flask import current_app
from redis.exceptions import RedisError

from jobs.lightspeed import Credentials, Lightspeed, RateBudget
from webapp import queues

log = structlog.get_logger(__name__)


def connect(credentials: Credentials) -> Lightspeed:
    """A session under these credentials, within the rate budget that all workers share through Redis (R9)."""
    return Lightspeed(current_app.config["LIGHTSPEED_API_URL"], credentials, _budget())


def _budget() -> RateBudget:
    """The shared budget; where no Redis answers one of this process alone: `sync run` must not need one."""
    per_minute = current_app.config["LIGHTSPEED_REQUESTS_PER_MINUTE"]
    try:
        queues.connection().ping()
    except RedisError:
        log.info("budget.in_process", per_minute=per_minute)
        return RateBudget.in_process(per_minute)
    return RateBudget.shared(current_app.config["REDIS_URL"], per_minute)
