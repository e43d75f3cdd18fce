"""Paginator of one pull: pages in order, each with its requests and times."""

from collections.abc import Callable, Iterator, Sequence

import structlog

from jobs.concurrency import Waiting
from jobs.sources.lightspeed.bookmarks import bookmark_of, place_of
from jobs.sources.lightspeed.cursor import NO_ROWS, Cursor
from jobs.sources.lightspeed.errors import LightspeedError
from jobs.sources.lightspeed.fetcher import Fetcher, ReadPage, RequestTotals, Send
from jobs.sources.lightspeed.parts import DecodedPage
from jobs.sources.source import Page

log = structlog.get_logger()


class Paginator:
    """Reads the pages of the first filter that returns rows."""

    def __init__(
        self,
        senders: Sequence[Send],
        read: ReadPage,
        size: int,
        most_rows: int,
        check_stop: Waiting,
        after: str | None = None,
    ) -> None:
        self._senders = senders
        self._new_fetcher: Callable[[Send, Cursor], Fetcher] = lambda send, cursor: Fetcher(
            send, read, size, cursor, check_stop
        )
        self._size = size
        self._most_rows = most_rows
        self._after = after
        self._number = 0
        self._totals = RequestTotals()
        self._rows = 0
        self._of_list = RequestTotals()

    def pages(self) -> Iterator[Page]:
        """Yield every page; raises `LightspeedError` if the list is not complete.

        One line is logged for all requests: a line for each would cost a sixth of what they take.
        """
        try:
            yield from self._all_pages()
        finally:
            log_requests(self._of_list, self._rows)

    def _all_pages(self) -> Iterator[Page]:
        for send in self._senders:
            cursor = Cursor(self._size, self._most_rows, is_other_spelling=send is not self._senders[0])
            if self._after is not None:
                cursor.continue_after(*place_of(self._after))
            fetcher = self._new_fetcher(send, cursor)
            try:
                yield from self._pages(cursor, fetcher)
            except LightspeedError as error:
                self._totals.add(fetcher.totals)
                error.requests += self._totals.requests
                error.rate_waited += self._totals.rate_waited
                raise
            if self._number:
                break
        if self._totals.requests:
            yield self._page(NO_ROWS)

    def _pages(self, cursor: Cursor, fetcher: Fetcher) -> Iterator[Page]:
        while (request := cursor.next) is not None:
            rows = cursor.take(request, fetcher.fetch(request))
            self._totals.add(fetcher.totals)
            self._of_list.add(fetcher.totals)
            self._rows += rows.received
            fetcher.totals = RequestTotals()
            if rows.received:
                yield self._page(rows, bookmark_of(cursor))

    def _page(self, rows: DecodedPage, bookmark: str | None = None) -> Page:
        self._number += 1
        totals, self._totals = self._totals, RequestTotals()
        usage = totals.requests, totals.seconds, totals.rate_waited
        is_short = 0 < rows.received < self._size
        page = rows.parts, rows.unreadable, rows.received
        return Page(self._number, *page, *usage, is_short=is_short, bookmark=bookmark, values=rows.values)


def log_requests(totals: RequestTotals, rows: int) -> None:
    """Log the requests of a list that succeeded, and the rows that they returned."""
    if totals.requests:
        log.info(
            "lightspeed.requested", requests=totals.requests, rows=rows, seconds=round(totals.seconds, 3)
        )
