"""Sends the requests of one pull, and refuses pages that were received before."""

from collections.abc import Callable
from dataclasses import dataclass

from jobs.concurrency import Waiting
from jobs.sources.lightspeed.api_requests import ApiResponse
from jobs.sources.lightspeed.cursor import Cursor, Request
from jobs.sources.lightspeed.errors import error_for_fault
from jobs.sources.lightspeed.parts import DecodedPage
from jobs.sources.lightspeed.row_keys import fingerprint, keys_of

MOST_REPEATED_ROWS = 5
"""Pages of one row, in succession, that may repeat an earlier one: a list may hold a row twice."""

Read = Callable[[bytes], DecodedPage]
ReadPage = Callable[[bytes, bool], DecodedPage]
"""Decodes a body; the second argument allows a single row that is not a part."""
Ask = Callable[[int, int, Read, bool, Waiting], ApiResponse[DecodedPage]]
"""Fetches: rows to skip, rows to take, how to decode them, whether to pause first, what to call in waits."""


@dataclass
class SentRequest:
    """Requests, the seconds that the service took over them, and those that they waited for the budget."""

    requests: int = 0
    seconds: float = 0.0
    rate_waited: float = 0.0

    def add(self, other: "ApiResponse[DecodedPage] | SentRequest") -> None:
        self.requests += other.requests
        self.seconds += other.seconds
        self.rate_waited += other.rate_waited


class Fetcher:
    """Fetches what a cursor requests; `wanted` is called during waits, and what it raises ends the pull.

    `sent` is what requests took; the reader of a page resets it.
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

    def fetch(self, request: Request) -> DecodedPage:
        """Return the rows of a request; raises `LightspeedError` after the last attempt."""

        def read(body: bytes) -> DecodedPage:
            return self._checked(request, self._read(body, request.is_overlap))

        top = max(self._size, 2) if request.is_overlap else self._size
        response = self._ask(request.skip, top, read, request.is_repeat, self._wanted)
        self.sent.add(response)
        return response.rows

    def _checked(self, request: Request, rows: DecodedPage) -> DecodedPage:
        """Refuse a page received before: `$skip` was ignored, or an old response was sent again."""
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
