"""State machine of pagination: the next request of a pull, and proof that the list has ended (R11).

A page shorter than requested does not prove the end: a service may limit its pages to 499, 250 or 1 rows,
always or sometimes. The number of rows on a page determines the next request:

- as many as requested: the next page, at `$skip = rows received`.
- fewer: an overlap request at `$skip = rows received - 1`. It must return the last row. If it returns only
  that row, the end is proven; if more rows follow it, the pull continues after them.
- one: an overlap request would repeat the request that just returned this row. Because pages may be limited
  to one row, the next page must be empty.
- none: the overlap request. If the first page of a pull is empty, it is requested twice.

Once a pull has detected a limit (rows came after a short page), an overlap response of one row is weak
evidence. Then the page after the last row must be empty twice, and the overlap request must return the last
row. This reads lists with any fixed limit to the end, whether it applies always or sometimes. It also reads
lists with a varying limit, unless the limit first shortens a page and then the overlap response to one row.

If the last row is not returned, rows have moved or the service has stopped returning rows. An empty overlap
response is requested again; then the previous page is read again, and the proof starts over from there. If
that page is unchanged, but its last row is still not returned on its own, the pull fails. Pure.
"""

from collections import deque
from dataclasses import dataclass, replace

from jobs.sources.lightspeed.errors import Fault, error_for_fault
from jobs.sources.lightspeed.parts import DecodedPage
from jobs.sources.lightspeed.row_keys import RowKey, keys_of, last_key, without_first

MOST_SETBACKS = 4
"""Maximum consecutive setbacks (rows that moved, missing rows); one more fails the pull."""

NO_ROWS = DecodedPage([], [], 0)


@dataclass(frozen=True)
class Request:
    """One request of a pull: rows to skip. `is_repeat` means sent again, after a pause."""

    skip: int
    is_overlap: bool = False
    is_repeat: bool = False


class Cursor:
    """Position of one pull. Send the request `next` and pass its rows to `take`, until `next` is `None`.

    `is_other_spelling` accepts an empty list without a repeat: the code was already requested in another
    letter case.
    """

    def __init__(self, size: int, most_rows: int, *, is_other_spelling: bool = False) -> None:
        self.next: Request | None = Request(0)
        self.last: RowKey | None = None
        self._size = size
        self._most_rows = most_rows
        self._received = 0
        self._furthest = 0
        self._count = 0  # rows of the previous page
        self._starts: deque[int] = deque(maxlen=2 * MOST_SETBACKS)
        self._is_limited = False
        self._is_overlapped = False
        self._empty_pages = 0
        self._setbacks = 0
        self._is_other_spelling = is_other_spelling
        self._unproven: tuple[int, RowKey | None] | None = None

    def continue_after(self, received: int, last: RowKey) -> None:
        """Continue a list of which so many rows were received before, the last one with this key.

        The overlap request proves that no rows have moved since; if they have, the list starts over.
        """
        self._received = self._furthest = received
        self._count, self.last = self._size, last
        self.next = Request(received - 1, is_overlap=True)

    @property
    def received(self) -> int:
        """Number of rows received so far, from the start of the list."""
        return self._received

    def is_beyond_received(self, request: Request) -> bool:
        """Whether the request starts at or after the furthest row received so far."""
        return request.skip >= self._furthest

    def take(self, request: Request, rows: DecodedPage) -> DecodedPage:
        """Process the rows that a request returned, and return the new ones.

        Raises `LightspeedError` if they are inconsistent with a list that ends.
        """
        if not rows.received:
            self._take_empty(request)
            return NO_ROWS
        if request.is_overlap:
            return self._take_overlap(request, rows)
        self._move_to(request, rows.received, last_key(rows))
        return rows

    def _take_overlap(self, request: Request, rows: DecodedPage) -> DecodedPage:
        keys = keys_of(rows)
        if self.last not in keys:
            self._step_back("moving")
            return NO_ROWS
        if keys == [self.last]:
            self._is_overlapped = True
            self._conclude()
            return NO_ROWS
        index = keys.index(self.last)
        if index:  # rows were inserted before it
            is_same_page = (index, len(keys)) == (self._count - 1, self._count)
            self._count_setback("repeating" if is_same_page else "moving")
        self._move_to(request, len(keys), keys[-1])
        return rows if index else without_first(rows)

    def _take_empty(self, request: Request) -> None:
        if request.is_overlap:
            if request.is_repeat:
                self._unproven = self._received, self.last
                self._step_back("silent")
            else:
                self.next = replace(request, is_repeat=True)
        elif self.last is not None:
            self._empty_pages += 1
            self._conclude()
        elif not self._furthest:
            is_accepted = request.is_repeat or self._is_other_spelling
            self.next = None if is_accepted else Request(0, is_repeat=True)
        elif request.skip == 0:
            raise error_for_fault("silent")
        else:
            self._step_back("moving")

    def _move_to(self, request: Request, count: int, last: RowKey) -> None:
        self._is_limited = self._is_limited or self._was_short
        self._received, self._count, self.last = request.skip + count, count, last
        if self._received > self._most_rows:
            raise error_for_fault("endless")
        if self._unproven == (self._received, last):
            raise error_for_fault("silent")
        if not request.is_overlap and self._received > self._furthest:
            self._setbacks = 0
        self._furthest = max(self._furthest, self._received)
        self._unproven = None
        # A single row was requested at `received - 1` itself: an overlap request would repeat that request.
        self._is_overlapped = count == 1 < self._size and not self._is_limited
        self._empty_pages = 0
        self._starts.append(request.skip)
        self.next = self._request_after(self._received, count)

    @property
    def _was_short(self) -> bool:
        """Whether the previous page was short: if rows follow it, the service limited that page."""
        return 0 < self._count < self._size

    def _request_after(self, received: int, count: int) -> Request:
        if count >= self._size or count == 1:
            return Request(received)
        return Request(received - 1, is_overlap=True)

    def _conclude(self) -> None:
        """End the pull if its end is proven; otherwise request the missing evidence."""
        needed = 2 if self._is_limited else int(self._count == 1 < self._size)
        if not self._is_overlapped:
            self.next = Request(self._received - 1, is_overlap=True)
        elif self._empty_pages < needed:
            self.next = Request(self._received, is_repeat=self._empty_pages > 0)
        else:
            self.next = None

    def _step_back(self, fault: Fault) -> None:
        """Go back to the previous page: its rows have moved, or the service stopped returning rows."""
        self._count_setback(fault)
        start = self._starts.pop() if self._starts else 0
        # The page before that counts as full, so that the next rows are not taken as evidence of a limit.
        self._received, self._count, self.last = start, self._size, None
        self._is_overlapped, self._empty_pages = False, 0
        self.next = Request(start, is_repeat=True)

    def _count_setback(self, fault: Fault) -> None:
        self._setbacks += 1
        if self._setbacks > MOST_SETBACKS:
            raise error_for_fault(fault)
