"""Walks through all pages of one filter, and believes an end only when it is one (R11).

The next page is fetched while the caller stores this one.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec

from jobs.lightspeed.answers import parts_in
from jobs.lightspeed.background import Background, Waiting
from jobs.lightspeed.calls import Answer
from jobs.lightspeed.errors import Fault, LightspeedError, error_for_fault
from jobs.lightspeed.parts import DecodedPage, Part, Unreadable

LARGEST_PAGE = 500
"""Rows that the service gives at most; asked for more, a full page would look like a last one."""
MOST_ROWS = 5_000_000
"""Of one filter. Many times what a dealership holds: who gets here is being led in circles."""

Read = Callable[[bytes], DecodedPage]
Ask = Callable[[int, int, Read, bool], Background[Answer[DecodedPage]]]
"""Starts fetching: rows to skip, rows to take, how to read them, whether to pause first."""


@dataclass(frozen=True)
class Page:
    """One page as received.

    `number` counts from 1; `received` counts parts and unreadable records; `requests` is how many it took;
    `seconds` is the time that the service took over them, `rate_waited` the seconds that they waited for room
    in the rate budget. The last page may hold nothing.
    """

    number: int
    parts: list[Part]
    unreadable: list[Unreadable]
    received: int
    requests: int
    seconds: float
    rate_waited: float = 0.0


class Walk:
    """One walk through the pages of one filter, from the first row to the last."""

    def __init__(self, ask: Ask, page_size: int, waiting: Waiting, most_rows: int) -> None:
        self._ask = ask
        self._size = page_size
        self._waiting = waiting
        self._most_rows = most_rows
        self._skip = 0
        self._skip_before = 0
        self._seen: set[int] = set()
        self._requests, self._seconds, self._rate_waited = 0, 0.0, 0.0
        self._first: Background[Answer[DecodedPage]] | None = None

    def begin(self) -> None:
        """Have the first page fetched already, for a caller that has other work to do before."""
        self._first = self._ask(self._skip, self._size, self._unseen_parts, False)

    def abandon(self) -> None:
        """Leave alone what was begun; harmless where nothing was."""
        if self._first is not None:
            self._first.abandon()

    def pages(self) -> Iterator[Page]:
        """Yield page after page; raises `LightspeedError` where one does not come back well."""
        pending = self._first or self._ask(self._skip, self._size, self._unseen_parts, False)
        try:
            for number in itertools.count(1):
                rows = self._taken(pending) or self._second_look()
                more = self._advance(rows)
                if more:
                    pending = self._ask(self._skip, self._size, self._unseen_parts, False)
                yield self._page(number, rows)
                if not more:
                    return
        finally:
            pending.abandon()

    def _taken(self, pending: Background[Answer[DecodedPage]]) -> DecodedPage | None:
        """Wait for an answer; `None` if it has no rows."""
        try:
            answer = pending.result(self._waiting)
        except LightspeedError as error:
            error.requests += self._requests
            error.rate_waited += self._rate_waited
            raise
        self._requests += answer.requests
        self._seconds += answer.seconds
        self._rate_waited += answer.rate_waited
        return answer.rows if answer.rows.received else None

    def _advance(self, rows: DecodedPage) -> bool:
        """Move on by the rows received, which may be more than asked for; tell whether there may be more.

        A page shorter than asked for is the last (lightspeed-3pa.md, Query options).
        """
        self._skip_before, self._skip = self._skip, self._skip + rows.received
        self._seen.add(_fingerprint(rows))
        if self._skip > self._most_rows:
            raise self._failure("endless")
        return rows.received >= self._size

    def _second_look(self) -> DecodedPage:
        """Ask again after an empty page: a service that fell silent must not look like an empty shelf.

        After other pages that is not enough, as it may stay silent from some row on: the last row received
        must show again, and alone.
        """
        if rows := self._look(self._skip, self._unseen_parts):
            return rows
        if self._skip == 0:
            return _NO_ROWS
        overlap = self._look(self._skip - 1, parts_in)
        if overlap is None:
            self._expect_fewer_rows()
        if overlap is None or overlap.received == 1:
            return _NO_ROWS
        self._skip -= 1
        return overlap

    def _expect_fewer_rows(self) -> None:
        """Refuse the silence unless rows were removed meanwhile, which makes the page before shorter too."""
        before = self._look(self._skip_before, parts_in)
        if before is None or before.received >= self._skip - self._skip_before:
            raise self._failure("silent")

    def _look(self, skip: int, read: Read) -> DecodedPage | None:
        pending = self._ask(skip, max(self._size, 2), read, True)
        try:
            return self._taken(pending)
        finally:
            pending.abandon()

    def _unseen_parts(self, body: bytes) -> DecodedPage:
        """Read a page and refuse one seen before: `$skip` was ignored, or an old answer came again."""
        rows = parts_in(body)
        if rows.received and _fingerprint(rows) in self._seen:
            raise error_for_fault("repeating")
        return rows

    def _page(self, number: int, rows: DecodedPage) -> Page:
        sent = self._requests, self._seconds, self._rate_waited
        self._requests, self._seconds, self._rate_waited = 0, 0.0, 0.0
        return Page(number, rows.parts, rows.unreadable, rows.received, *sent)

    def _failure(self, fault: Fault) -> LightspeedError:
        error = error_for_fault(fault)
        error.requests, error.rate_waited = self._requests, self._rate_waited
        return error


_NO_ROWS = DecodedPage([], [], 0)


def _fingerprint(rows: DecodedPage) -> int:
    """Tell pages apart by their parts, save the time of gathering, which may differ on the same rows."""
    return hash(tuple(msgspec.structs.replace(part, date_gathered=None) for part in rows.parts))
