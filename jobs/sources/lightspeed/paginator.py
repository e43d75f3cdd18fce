"""Paginator of one pull: pages in order, each with its requests and times."""

from collections.abc import Callable, Iterator, Sequence

from jobs.concurrency import Waiting
from jobs.sources.lightspeed.cursor import NO_ROWS, Cursor
from jobs.sources.lightspeed.errors import LightspeedError
from jobs.sources.lightspeed.fetcher import Ask, Fetcher, ReadPage, SentRequest
from jobs.sources.lightspeed.parts import DecodedPage
from jobs.sources.source import Page


class Paginator:
    """Reads the pages of the first filter that returns rows."""

    def __init__(
        self, asks: Sequence[Ask], read: ReadPage, size: int, most_rows: int, check_stop: Waiting
    ) -> None:
        self._asks = asks
        self._begin: Callable[[Ask, Cursor], Fetcher] = lambda ask, cursor: Fetcher(
            ask, read, size, cursor, check_stop
        )
        self._size = size
        self._most_rows = most_rows
        self._number = 0
        self._sent = SentRequest()

    def pages(self) -> Iterator[Page]:
        """Yield every page; raises `LightspeedError` if the list is not complete."""
        for ask in self._asks:
            cursor = Cursor(self._size, self._most_rows, is_other_spelling=ask is not self._asks[0])
            fetcher = self._begin(ask, cursor)
            try:
                yield from self._pages(cursor, fetcher)
            except LightspeedError as error:
                self._sent.add(fetcher.sent)
                error.requests += self._sent.requests
                error.rate_waited += self._sent.rate_waited
                raise
            if self._number:
                break
        if self._sent.requests:
            yield self._page(NO_ROWS)

    def _pages(self, cursor: Cursor, fetcher: Fetcher) -> Iterator[Page]:
        while (request := cursor.next) is not None:
            rows = cursor.take(request, fetcher.fetch(request))
            self._sent.add(fetcher.sent)
            fetcher.sent = SentRequest()
            if rows.received:
                yield self._page(rows)

    def _page(self, rows: DecodedPage) -> Page:
        self._number += 1
        sent, self._sent = self._sent, SentRequest()
        usage = sent.requests, sent.seconds, sent.rate_waited
        is_short = 0 < rows.received < self._size
        return Page(self._number, rows.parts, rows.unreadable, rows.received, *usage, is_short=is_short)
