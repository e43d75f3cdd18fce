"""All pages of one filter, accepted as complete only when the end is proven (R11, cursor.py).

One background thread per pull fetches pages into a bounded queue, while the caller stores those before them.
"""

from collections.abc import Generator, Sequence

from jobs.concurrency import PrefetchIterator, Waiting
from jobs.sources.lightspeed.fetcher import Ask, ReadPage
from jobs.sources.lightspeed.paginator import Paginator
from jobs.sources.source import Page

LARGEST_PAGE = 500
"""Rows that the service gives at most; asked for more, a full page would look like a last one."""
MOST_ROWS = 5_000_000
"""Of one filter. Many times what a dealership holds: who gets here is being led in circles."""

PAGES_AHEAD = 16
"""Pages that are kept until the caller, who may be applying a code, has time for them."""


class Pages:
    """One walk through the pages of one filter, from the first row to the last.

    `asks` fetch for one filter each: the second is used if the first has no rows at all, and so on.
    """

    def __init__(
        self, asks: Sequence[Ask], read: ReadPage, page_size: int, waiting: Waiting, most_rows: int
    ) -> None:
        self._pull = lambda wanted: Paginator(asks, read, page_size, most_rows, wanted).pages()
        self._waiting = waiting
        self._stream: PrefetchIterator[Page] | None = None

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

    def _begun(self) -> PrefetchIterator[Page]:
        if self._stream is None:
            self._stream = PrefetchIterator(self._pull, PAGES_AHEAD)
        return self._stream
