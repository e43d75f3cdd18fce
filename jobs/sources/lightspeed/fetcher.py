"""Sends the requests of one pull: each page is read while the request after it is under way."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import msgspec
import structlog

from jobs.concurrency import Cancellable, Waiting
from jobs.sources.lightspeed import size_limits
from jobs.sources.lightspeed.api_requests import ApiResponse
from jobs.sources.lightspeed.cursor import Cursor, Request
from jobs.sources.lightspeed.errors import LightspeedError, error_for_fault
from jobs.sources.lightspeed.parts import DecodedPage
from jobs.sources.lightspeed.row_keys import fingerprint, keys_of

log = structlog.get_logger()

MOST_REPEATED_ROWS = 5
"""Pages of one row, in succession, that may repeat an earlier one: a list may hold a row twice."""

_ROWS = msgspec.json.Decoder(list[msgspec.Raw])


@dataclass(frozen=True)
class UnreadPage:
    """A body that holds so many rows, which nobody has looked at yet."""

    body: bytes
    received: int


Read = Callable[[bytes], DecodedPage | UnreadPage]
ReadPage = Callable[[bytes, bool], DecodedPage]
"""Reads a body; the second argument tells whether a single row that is no part may be in order."""
Ask = Callable[[int, int, Read, bool, Waiting], ApiResponse[DecodedPage | UnreadPage]]
"""Fetches: rows to skip, rows to take, how to read them, whether to pause first, what to call meanwhile."""


@dataclass
class SentRequest:
    """Requests, the seconds that the service took over them, and those that they waited for the budget."""

    requests: int = 0
    seconds: float = 0.0
    rate_waited: float = 0.0

    def add(self, other: "ApiResponse[DecodedPage | UnreadPage] | SentRequest") -> None:
        self.requests += other.requests
        self.seconds += other.seconds
        self.rate_waited += other.rate_waited


class Fetcher:
    """Fetches what a cursor requests; `wanted` is called during waits, and what it raises ends the pull.

    `sent` is what requests took; the reader of a page sets it to zero.
    """

    def __init__(self, ask: Ask, read: ReadPage, size: int, cursor: Cursor, wanted: Waiting) -> None:
        self.sent = SentRequest()
        self._ask = ask
        self._read = read
        self._size = size
        self._cursor = cursor
        self._wanted = wanted
        self._seen: set[int] = set()
        self._repeated_rows = 0
        self._ahead: tuple[Request, Cancellable[ApiResponse[DecodedPage | UnreadPage]]] | None = None

    def fetch(self, request: Request) -> DecodedPage:
        """The rows of a request. Those of a full page are read while the page after it is under way."""
        arrived = self._answer(self._begun(request))
        if isinstance(arrived, UnreadPage):
            following = self._cursor.expected_after(request, arrived.received)
            if following is not None:
                self._ahead = following, self._begin(following, self._glance(following))
        try:
            return self._checked(request, self._page(request, arrived))
        except LightspeedError as error:
            self.drop_ahead()
            if error.kind != "bad_answer":
                log.warning("lightspeed.request_failed", kind=error.kind, problem=error.sentence)
                raise

        def read(body: bytes) -> DecodedPage:
            return self._checked(request, self._read(body, request.is_overlap))

        # Requested again, as often as any answer that is none.
        return self._page(request, self._answer(self._begin(request, read)))

    def drop_ahead(self) -> None:
        """Leave alone what was requested ahead of its turn; it counts as a request too."""
        if self._ahead is not None:
            self._ahead[1].abandon()
            self._ahead = None
            self.sent.requests += 1

    def _begun(self, request: Request) -> Cancellable[ApiResponse[DecodedPage | UnreadPage]]:
        if self._ahead is not None and self._ahead[0] == request:
            begun, self._ahead = self._ahead[1], None
            return begun
        self.drop_ahead()
        return self._begin(request, self._glance(request))

    def _begin(self, request: Request, read: Read) -> Cancellable[ApiResponse[DecodedPage | UnreadPage]]:
        self._wanted()
        top = max(self._size, 2) if request.is_overlap else self._size

        def call(wanted: Waiting) -> ApiResponse[DecodedPage | UnreadPage]:
            def both() -> None:
                wanted()
                self._wanted()

            return self._ask(request.skip, top, read, request.is_repeat, both)

        return Cancellable(call)

    def _answer(self, begun: Cancellable[ApiResponse[DecodedPage | UnreadPage]]) -> DecodedPage | UnreadPage:
        answer = begun.result(self._wanted)
        self.sent.add(answer)
        return answer.rows

    def _glance(self, request: Request) -> Read:
        """Only count the rows of a full page, so that the next can be requested; read any other."""

        def glance(body: bytes) -> DecodedPage | UnreadPage:
            if not size_limits.is_too_large(body):
                with suppress(ValueError, RecursionError):
                    if len(_ROWS.decode(body)) == self._size:
                        return UnreadPage(body, self._size)
            return self._read(body, request.is_overlap)

        return glance

    def _page(self, request: Request, rows: DecodedPage | UnreadPage) -> DecodedPage:
        return self._read(rows.body, request.is_overlap) if isinstance(rows, UnreadPage) else rows

    def _checked(self, request: Request, rows: DecodedPage) -> DecodedPage:
        """Refuse a page seen before: `$skip` was ignored, or an old answer came again."""
        if request.is_overlap:
            if rows.received and not rows.parts and keys_of(rows) != [self._cursor.last]:
                raise error_for_fault("not_parts")
            return rows
        mark = fingerprint(rows)
        is_repeated = rows.received > 0 and mark in self._seen and self._cursor.is_new_ground(request)
        self._repeated_rows = self._repeated_rows + 1 if is_repeated else 0
        if is_repeated and (rows.received > 1 or self._repeated_rows > MOST_REPEATED_ROWS):
            raise error_for_fault("repeating")
        self._seen.add(mark)
        return rows
