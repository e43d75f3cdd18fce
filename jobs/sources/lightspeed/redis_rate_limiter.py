"""The shared window of requests and the queue for it, in Redis: one script, one round trip per request.

A Redis that was restarted, or emptied, starts with an empty window, or with one that it stored some time ago.
So an entry beside the window has the time since when it has been kept, under the id that a Redis gives itself
at each start. If the entry is missing, requests that may have been sent before count too, until a whole
window has passed.
"""

import json
from pathlib import Path
from typing import Any, Final, NamedTuple

import structlog
from limits import RateLimitItem
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from jobs.concurrency import TICK
from jobs.sources.lightspeed import fair_queue
from jobs.sources.lightspeed.fair_queue import Ticket
from jobs.sources.lightspeed.usage_estimate import UsageEstimate
from webapp.core import rate_window

log = structlog.get_logger()

_SCRIPT = (Path(__file__).parent / "take_turn.lua").read_text()
_KEPT_SINCE = "lightspeed/kept-since"
# Seconds between the waits of two tickets in a row, so that the first of them gets the room.
_STAGGER: Final = 0.05
# Share of the interval of an even pace: shorter, because each request takes a moment, and missed turns have
# to be made up for.
_PACE: Final = 0.75
# Seconds to wait beyond the moment at which the oldest request leaves the window.
_SLACK: Final = 0.002


class Turn(NamedTuple):
    """Whether requests were counted; else the seconds to wait, and the tickets ahead."""

    is_counted: bool
    wait: float
    ahead: int


class RedisRateLimiter:
    """Counts requests of all processes with the same Redis. Raises RedisError if it does not respond."""

    def __init__(
        self, redis_url: str, timeout: float, rate: RateLimitItem, usage: UsageEstimate, spread: int
    ) -> None:
        """`timeout`: timeout in seconds; `spread`: how much room non-urgent requests take one by one."""
        self._redis: Redis = Redis.from_url(
            redis_url,
            socket_timeout=timeout,
            socket_connect_timeout=timeout,
            retry=Retry(NoBackoff(), 0),
        )
        self._script = self._redis.register_script(_SCRIPT)
        self._rate = rate
        self._usage = usage
        self._settings = {
            "limit": rate.amount,
            "period": rate.get_expiry(),
            "spread": spread,
            "pace": _PACE * rate.get_expiry() / rate.amount,
            "stagger": _STAGGER,
            "slack": _SLACK,
            "tick": TICK,
            "ticket_life": fair_queue.TICKET_LIFE,
            "turn_life": fair_queue.TURN_LIFE,
            "longest_wait": fair_queue.RENEW_EVERY,
        }

    def take(self, ticket: Ticket, cost: int = 1) -> Turn:
        """Count `cost` requests if it is the ticket's turn and the window has room for them.

        After a restart of Redis, the window also needs room for requests that Redis may not know of.
        """
        request = {
            "ticket": ticket.name,
            "dealer": ticket.dealer,
            "urgency": ticket.urgency,
            "cost": cost,
        }
        reply = self._run(ticket.login_key, request)
        if reply is None:
            sent_before = min(self._usage.sent(self._rate.get_expiry()), self._rate.amount)
            reply = self._run(ticket.login_key, request | {"sent_before": sent_before})
            if reply[3]:
                log.warning("lightspeed.rate_window_restarted", perhaps_sent_before=sent_before)
        return _turn(reply)

    def leave(self, ticket: Ticket) -> None:
        """Remove a ticket that was not served."""
        waiting, alive, *_ = fair_queue.keys(ticket.login_key)
        with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.zrem(waiting, ticket.name)
            pipeline.zrem(alive, ticket.name)
            pipeline.execute()

    def is_crowded(self, login_key: str, seconds: float) -> bool:
        """Whether other requests wait under a login, or the limit allows none for `seconds`."""
        turn = _turn(self._run(login_key, {}))
        return turn.ahead > 0 or turn.wait > seconds

    def _run(self, login_key: str, request: dict[str, Any]) -> Any:
        window = rate_window.redis_key(self._rate, login_key)
        keys = (window, *fair_queue.keys(login_key), _KEPT_SINCE)
        return self._script(keys=keys, args=(json.dumps(self._settings | request),))


def _turn(reply: Any) -> Turn:
    is_counted, wait, ahead, _ = reply
    return Turn(bool(is_counted), float(wait), int(ahead))
