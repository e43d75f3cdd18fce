"""Fetcher of one pull's pages, which rejects pages that were already received."""

from collections.abc import Callable
from dataclasses import dataclass

from jobs.concurrency import Waiting
from jobs.sources.lightspeed.api_requests import ApiResponse, Read
from jobs.sources.lightspeed.cursor import Cursor, Request
from jobs.sources.lightspeed.errors import error_for_fault
from jobs.sources.lightspeed.parts import DecodedPage
from jobs.sources.lightspeed.row_keys import fingerprint, keys_of

MOST_REPEATED_ROWS = 5
"""Maximum consecutive one-row pages that repeat an earlier page: a list may contain a row twice."""

ReadPage = Callable[[bytes, bool], DecodedPage]
"""Decodes a body; the second argument allows a single row that is not a part."""
Send = Callable[[int, int, Read, bool, Waiting], ApiResponse]
"""Sends a request: `$skip`, `$top`, decoder, whether to back off first, callback during waits."""


@dataclass
class RequestTotals:
    """Number of requests, seconds of the service's responses, and seconds waited for the rate budget."""

    requests: int = 0
    seconds: float = 0.0
    rate_waited: float = 0.0

    def add(self, other: "ApiResponse | RequestTotals") -> None:
        self.requests += other.requests
        self.seconds += other.seconds
        self.rate_waited += other.rate_waited


class Fetcher:
    """Sends the requests of a cursor; `check_stop` is called during waits, and its exceptions end the pull.

    `totals` adds up the requests; the paginator resets it after each page.
    """

    def __init__(self, send: Send, read: ReadPage, size: int, cursor: Cursor, check_stop: Waiting) -> None:
        self.totals = RequestTotals()
        self._send = send
        self._read = read
        self._size = size
        self._cursor = cursor
        self._check_stop = check_stop
        self._seen: set[int] = set()
        self._repeated_rows = 0

    def fetch(self, request: Request) -> DecodedPage:
        """Return the rows of a request; raises `LightspeedError` if the last attempt fails."""

        def read(body: bytes) -> DecodedPage:
            return self._checked(request, self._read(body, request.is_overlap))

        top = max(self._size, 2) if request.is_overlap else self._size
        response = self._send(request.skip, top, read, request.is_repeat, self._check_stop)
        self.totals.add(response)
        return response.rows

    def _checked(self, request: Request, rows: DecodedPage) -> DecodedPage:
        """Reject a repeated page: the service ignored `$skip`, or sent an old response again."""
        if request.is_overlap:
            if rows.received and not rows.parts and keys_of(rows) != [self._cursor.last]:
                raise error_for_fault("not_parts")
            return rows
        page_hash = fingerprint(rows)
        is_beyond = self._cursor.is_beyond_received(request)
        is_repeated = rows.received > 0 and page_hash in self._seen and is_beyond
        self._repeated_rows = self._repeated_rows + 1 if is_repeated else 0
        if is_repeated and (rows.received > 1 or self._repeated_rows > MOST_REPEATED_ROWS):
            raise error_for_fault("repeating")
        self._seen.add(page_hash)
        return rows
