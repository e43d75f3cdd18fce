"""Decides what a pull requests next, and when the end of a list of parts is proven (R11).

A page shorter than requested is not an end: a service may limit its pages to 499, 250 or 1 rows, always or
now and then. After each page the next request depends on the number of its rows:

- as many as requested: the next page, at `$skip = rows received`.
- fewer: an overlap request at `$skip = rows received - 1`. It must return the last row. If that row comes
  alone, the end is proven; if more rows follow it, the pull continues behind them.
- a single one: it has just come back alone at `rows received - 1`, so an overlap request would be the same
  request. As pages may be limited to one row, the page behind it must be empty.
- none: the overlap request. A pull whose very first page is empty requests that page twice.

Once a pull has seen a limit (rows came after a short page), one row in answer to an overlap request proves
little. Then the page behind the last row must be empty twice, and the last row come back. So any fixed limit,
always or now and then, is read to its end; so is a varying one, unless it first cuts a page to some rows and
then the overlap request to exactly one.

If the last row does not come back, rows have moved or the service went silent. A missing answer is requested
again; then the page before is read again, and the end proven from there. A page that is unchanged, although
its last row is not returned on its own, is silence and fails the pull. Pure.
"""

from collections import deque
from dataclasses import dataclass, replace

from jobs.sources.lightspeed.errors import Fault, error_for_fault
from jobs.sources.lightspeed.parts import DecodedPage
from jobs.sources.lightspeed.row_keys import RowKey, keys_of, last_key, without_first

MOST_SETBACKS = 4
"""Times in a row that rows may turn out to have moved before the pull fails."""

NO_ROWS = DecodedPage([], [], 0)


@dataclass(frozen=True)
class Request:
    """Rows to skip; `is_repeat` asks something again, after a pause."""

    skip: int
    is_overlap: bool = False
    is_repeat: bool = False


class Cursor:
    """The position of one pull. Perform `next`, hand its rows to `take`, until `next` is `None`.

    `is_other_spelling` accepts an empty list at once: the code was requested before, in another letter case.
    """

    def __init__(self, size: int, most_rows: int, *, is_other_spelling: bool = False) -> None:
        self.next: Request | None = Request(0)
        self.last: RowKey | None = None
        self._size = size
        self._most_rows = most_rows
        self._received = 0
        self._furthest = 0
        self._count = 0  # rows of the page before
        self._starts: deque[int] = deque(maxlen=2 * MOST_SETBACKS)
        self._is_limited = False
        self._is_overlapped = False
        self._empties = 0
        self._setbacks = 0
        self._is_other_spelling = is_other_spelling
        self._unproven: tuple[int, RowKey | None] | None = None

    def is_new_ground(self, request: Request) -> bool:
        """Whether the rows of a request were not requested before."""
        return request.skip >= self._furthest

    def take(self, request: Request, rows: DecodedPage) -> DecodedPage:
        """Accept the rows that a request returned; those of them that are new.

        Raises `LightspeedError` where they cannot be part of a list that ends.
        """
        if not rows.received:
            self._take_nothing(request)
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
        place = keys.index(self.last)
        if place:  # rows were inserted before it
            is_same_page = (place, len(keys)) == (self._count - 1, self._count)
            self._count_setback("repeating" if is_same_page else "moving")
        self._move_to(request, len(keys), keys[-1])
        return rows if place else without_first(rows)

    def _take_nothing(self, request: Request) -> None:
        if request.is_overlap:
            if request.is_repeat:
                self._unproven = self._received, self.last
                self._step_back("silent")
            else:
                self.next = replace(request, is_repeat=True)
        elif self.last is not None:
            self._empties += 1
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
        # A single row stands at `received - 1` alone, which is all that an overlap request would tell.
        self._is_overlapped = count == 1 < self._size and not self._is_limited
        self._empties = 0
        self._starts.append(request.skip)
        self.next = self._following(self._received, count)

    @property
    def _was_short(self) -> bool:
        """Whether the page before was short: rows that come now show that it was limited."""
        return 0 < self._count < self._size

    def _following(self, received: int, count: int) -> Request:
        if count >= self._size or count == 1:
            return Request(received)
        return Request(received - 1, is_overlap=True)

    def _conclude(self) -> None:
        """End the pull if everything that proves its end has come; else request what is missing."""
        needed = 2 if self._is_limited else int(self._count == 1 < self._size)
        if not self._is_overlapped:
            self.next = Request(self._received - 1, is_overlap=True)
        elif self._empties < needed:
            self.next = Request(self._received, is_repeat=self._empties > 0)
        else:
            self.next = None

    def _step_back(self, fault: Fault) -> None:
        """Read the page before again: its rows have moved, or the service is silent."""
        self._count_setback(fault)
        start = self._starts.pop() if self._starts else 0
        # As if the page before that had been full, so that no limit is read into what comes.
        self._received, self._count, self.last = start, self._size, None
        self._is_overlapped, self._empties = False, 0
        self.next = Request(start, is_repeat=True)

    def _count_setback(self, fault: Fault) -> None:
        self._setbacks += 1
        if self._setbacks > MOST_SETBACKS:
            raise error_for_fault(fault)
