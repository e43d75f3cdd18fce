"""Sends one request, with retries, within the rate budget."""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import structlog

from jobs.concurrency import Waiting, sleep
from jobs.sources.lightspeed.errors import LightspeedError
from jobs.sources.lightspeed.fair_queue import Requester
from jobs.sources.lightspeed.rate_budget import RateBudget
from jobs.sources.lightspeed.retry import RetryPolicy
from jobs.sources.lightspeed.transport import Query, Transport

log = structlog.get_logger()


class Rows(Protocol):
    """A decoded body."""

    @property
    def received(self) -> int:
        """Number of rows."""
        ...


R = TypeVar("R", bound=Rows)


@dataclass(frozen=True)
class ApiRequest(Generic[R]):
    """A data type of one dealer, its query options, and how to read the answer.

    The data type `Dealer` takes no CMF. `read` turns a body into rows or raises `LightspeedError`. An urgent
    one, whose answer a person waits for, goes before all others that wait for the rate budget.
    """

    data_type: str
    cmf: str | None
    query: Query
    read: Callable[[bytes], R]
    is_urgent: bool = False

    @property
    def resource(self) -> str:
        return self.data_type if self.cmf is None else f"{self.data_type}/{self.cmf}"


@dataclass(frozen=True)
class ApiResponse(Generic[R]):
    """The rows, the requests they took, and the seconds that the service took over those (no waits).

    `rate_waited` is the seconds that requests waited for room in the rate budget.
    """

    rows: R
    requests: int
    seconds: float
    rate_waited: float


class RequestSender:
    """Sends requests under one login, within the rate budget."""

    def __init__(self, transport: Transport, budget: RateBudget, login_key: str) -> None:
        self._transport = transport
        self._budget = budget
        self._login_key = login_key
        self._numbers = itertools.count(1)

    def ask(self, question: ApiRequest[R], policy: RetryPolicy, wanted: Waiting) -> ApiResponse[R]:
        """Return the answer, tried for as often as `policy` allows; raises `LightspeedError` otherwise.

        `wanted` is called during every wait and before each request; what it raises ends the call.
        """
        attempt, asked, waited, rate_waited = 0, 0.0, 0.0, 0.0
        asker = Requester(question.cmf, question.is_urgent)
        while True:
            attempt += 1
            rate_waited += self._budget.acquire(self._login_key, wanted, asker)
            wanted()
            outcome, seconds = self._attempt(question, wanted)
            asked += seconds
            if not isinstance(outcome, LightspeedError):
                return ApiResponse(outcome, attempt, asked, rate_waited)
            wait = policy.wait_after(outcome, attempt, asked + waited)
            if wait is None:
                outcome.requests, outcome.rate_waited = attempt, rate_waited
                raise outcome
            sleep(wait, wanted)
            waited += wait

    def is_crowded(self, seconds: float) -> bool:
        """Whether requests under this login wait for room, or there will be none for so many seconds."""
        return self._budget.is_crowded(self._login_key, seconds)

    def _attempt(self, question: ApiRequest[R], wanted: Waiting) -> tuple[R | LightspeedError, float]:
        """Send one request and log it without the login; the seconds are those of the service alone."""
        request_log = log.bind(request=next(self._numbers), data_type=question.data_type, cmf=question.cmf)
        started = time.monotonic()
        seconds = None
        try:
            body = self._transport.get(question.resource, question.query, wanted)
            seconds = time.monotonic() - started
            rows = question.read(body)
        except LightspeedError as error:
            seconds = time.monotonic() - started if seconds is None else seconds
            request_log.warning(
                "lightspeed.request_failed",
                status=error.status,
                kind=error.kind,
                problem=error.sentence,
                seconds=round(seconds, 3),
            )
            return error, seconds
        request_log.info("lightspeed.requested", status=200, rows=rows.received, seconds=round(seconds, 3))
        return rows, seconds
