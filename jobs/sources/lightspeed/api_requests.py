"""Sender of requests, with retries, within the rate budget."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from jobs.concurrency import Waiting, sleep
from jobs.sources.lightspeed.errors import LightspeedError
from jobs.sources.lightspeed.fair_queue import Requester
from jobs.sources.lightspeed.parts import DecodedPage
from jobs.sources.lightspeed.rate_budget import RateBudget
from jobs.sources.lightspeed.retry import RetryPolicy
from jobs.sources.lightspeed.transport import Query, Transport

log = structlog.get_logger()


Read = Callable[[bytes], DecodedPage]
"""Decodes a body into rows, or raises `LightspeedError`."""


@dataclass(frozen=True)
class ApiRequest:
    """Request for parts of a dealer: query options, and a decoder of the response.

    An urgent request, for which a user waits, has priority over all others that wait for the rate budget. One
    in the background comes after all others, and leaves them half of it.
    """

    cmf: str
    query: Query
    read: Read
    is_urgent: bool = False
    is_background: bool = False


@dataclass(frozen=True)
class ApiResponse:
    """Decoded rows, the number of requests sent, and the seconds of the service's responses without waits.

    `rate_waited` is the seconds that requests waited for the rate budget.
    """

    rows: DecodedPage
    requests: int
    seconds: float
    rate_waited: float


class RequestSender:
    """Sends requests under one login, within the rate budget."""

    def __init__(self, transport: Transport, budget: RateBudget, login_key: str) -> None:
        self._transport = transport
        self._budget = budget
        self._login_key = login_key

    def send(self, request: ApiRequest, policy: RetryPolicy, check_stop: Waiting) -> ApiResponse:
        """Send a request, retried as `policy` allows; raises the last `LightspeedError` if all attempts fail.

        `check_stop` is called during every wait and before each request; an exception from it ends the call.
        """
        attempt, request_seconds, waited, rate_waited = 0, 0.0, 0.0, 0.0
        requester = Requester(request.cmf, request.is_urgent, request.is_background)
        while True:
            attempt += 1
            rate_waited += self._budget.acquire(self._login_key, check_stop, requester)
            check_stop()
            outcome, seconds = self._attempt(request, check_stop)
            request_seconds += seconds
            if not isinstance(outcome, LightspeedError):
                return ApiResponse(outcome, attempt, request_seconds, rate_waited)
            wait = policy.wait_after(outcome, attempt, request_seconds + waited)
            if wait is None:
                outcome.requests, outcome.rate_waited = attempt, rate_waited
                raise outcome
            sleep(wait, check_stop)
            waited += wait

    def is_crowded(self, seconds: float) -> bool:
        """Whether requests under this login wait, or the rate limit allows none for `seconds`."""
        return self._budget.is_crowded(self._login_key, seconds)

    def _attempt(
        self, request: ApiRequest, check_stop: Waiting
    ) -> tuple[DecodedPage | LightspeedError, float]:
        """Send one request; return rows or error, and the response time.

        A failure is logged, without the login. The others are logged with their list (paginator.py).
        """
        started = time.monotonic()
        seconds = None
        try:
            body = self._transport.get(f"Part/{request.cmf}", request.query, check_stop)
            seconds = time.monotonic() - started
            rows = request.read(body)
        except LightspeedError as error:
            seconds = time.monotonic() - started if seconds is None else seconds
            log.warning(
                "lightspeed.request_failed",
                cmf=request.cmf,
                status=error.status,
                kind=error.kind,
                problem=error.sentence,
                seconds=round(seconds, 3),
            )
            return error, seconds
        return rows, seconds
