"""Walks through all pages of one filter, and believes an end only when it is one (R11).

Pages are fetched while the caller stores those before them.
"""

import itertools
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass

import msgspec

from jobs.lightspeed import bounds
from jobs.lightspeed.answers import parts_in
from jobs.lightspeed.background import Background, Waiting
from jobs.lightspeed.calls import Answer
from jobs.lightspeed.errors import Fault, LightspeedError, error_for_fault
from jobs.lightspeed.parts import DecodedPage, Part, Unreadable
from jobs.lightspeed.stream import Stream

LARGEST_PAGE = 500
"""Rows that the service gives at most; asked for more, a full page would look like a last one."""
MOST_ROWS = 5_000_000
"""Of one filter. Many times what a dealership holds: who gets here is being led in circles."""

PAGES_AHEAD = 16
"""Pages that are kept until the caller, who may be applying a code, has time for them."""


@dataclass(frozen=True)
class Unread:
    """A body that holds so many rows, which nobody has looked at yet."""

    body: bytes
    received: int


Read = Callable[[bytes], DecodedPage | Unread]
Ask = Callable[[int, int, Read, bool, Waiting], Answer[DecodedPage | Unread]]
"""Fetches: rows to skip, rows to take, how to read them, whether to pause first, what to call meanwhile."""


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
        self._pull = lambda wanted: _Pull(ask, page_size, most_rows, wanted).pages()
        self._waiting = waiting
        self._stream: Stream[Page] | None = None

    def begin(self) -> None:
        """Have the first pages fetched already, for a caller that has other work to do before."""
        self._begun()

    def abandon(self) -> None:
        """Leave alone what was begun; harmless where nothing was."""
        if self._stream is not None:
            self._stream.abandon()

    def pages(self) -> Generator[list[Page], None, None]:
        """Yield the pages that have come, in order; raises `LightspeedError` where one does not come well."""
        yield from self._begun().batches(self._waiting)

    def _begun(self) -> Stream[Page]:
        if self._stream is None:
            self._stream = Stream(self._pull, PAGES_AHEAD)
        return self._stream


class _Pull:
    """Asks for page after page; `wanted` is called during waits, and what it raises ends the pull."""

    def __init__(self, ask: Ask, page_size: int, most_rows: int, wanted: Waiting) -> None:
        self._ask = ask
        self._size = page_size
        self._most_rows = most_rows
        self._wanted = wanted
        self._skip = 0
        self._skip_before = 0
        self._seen: set[int] = set()
        self._requests, self._seconds, self._rate_waited = 0, 0.0, 0.0
        self._asked: Background[Answer[DecodedPage | Unread]] | None = None

    def pages(self) -> Iterator[Page]:
        try:
            for number in itertools.count(1):
                rows = self._next() or self._second_look()
                more = self._advance(rows)
                yield self._page(number, rows)
                if not more:
                    return
        finally:
            self._drop_asked()

    def _next(self) -> DecodedPage | None:
        """The next page's rows. A full one is read while the one after it is under way already."""
        asked, self._asked = self._asked or self._begin(self._skip), None
        arrived = self._counted(lambda: asked.result(self._wanted))
        if not isinstance(arrived, Unread):
            return arrived
        self._asked = self._begin(self._skip + arrived.received)
        try:
            return self._unseen_parts(arrived.body)
        except LightspeedError:
            # Asked again, as often as any answer that is none; the request that was too early counts as well.
            self._drop_asked()
            self._requests += 1
            return self._take(self._skip, self._size, self._unseen_parts)

    def _begin(self, skip: int) -> Background[Answer[DecodedPage | Unread]]:
        self._wanted()

        def ask(wanted: Waiting) -> Answer[DecodedPage | Unread]:
            def both() -> None:
                wanted()
                self._wanted()

            return self._ask(skip, self._size, self._glance, False, both)

        return Background(ask)

    def _drop_asked(self) -> None:
        if self._asked is not None:
            self._asked.abandon()
            self._asked = None

    def _glance(self, body: bytes) -> DecodedPage | Unread:
        """Count the rows of a full page, so that the next can be asked for; read any other."""
        if not bounds.is_too_much(body):
            with suppress(ValueError, RecursionError):
                received = len(_ROWS.decode(body))
                if received == self._size:
                    return Unread(body, received)
        return self._unseen_parts(body)

    def _take(self, skip: int, top: int, read: Read, *, pause: bool = False) -> DecodedPage | None:
        """Fetch rows and read them; `None` if there are none."""
        rows = self._counted(lambda: self._ask(skip, top, read, pause, self._wanted))
        return None if isinstance(rows, Unread) else rows

    def _counted(self, answered: Callable[[], Answer[DecodedPage | Unread]]) -> DecodedPage | Unread | None:
        """Count what an answer took, or the lack of one; `None` where it has no rows."""
        try:
            answer = answered()
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
        return self._take(skip, max(self._size, 2), read, pause=True)

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
_ROWS = msgspec.json.Decoder(list[msgspec.Raw])


def _fingerprint(rows: DecodedPage) -> int:
    """Tell pages apart by their parts, save the time of gathering, which may differ on the same rows."""
    return hash(tuple(msgspec.structs.replace(part, date_gathered=None) for part in rows.parts))
