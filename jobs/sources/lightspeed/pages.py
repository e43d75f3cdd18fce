"""Pages of one filter, complete only if the end of the list is proven (R11, cursor.py).

One background thread per pull prefetches pages into a bounded queue while the caller stores earlier ones.
"""

from collections.abc import Generator, Sequence

from jobs.concurrency import PrefetchIterator, Waiting
from jobs.sources.lightspeed.fetcher import ReadPage, Send
from jobs.sources.lightspeed.paginator import Paginator
from jobs.sources.source import Page

LARGEST_PAGE = 500
"""Maximum rows per page of the service; with a larger `$top`, a full page would look like the last one."""
MOST_ROWS = 5_000_000
"""Maximum rows of one filter, many times those of any dealership: a longer list does not end."""

PAGES_AHEAD = 16
"""Size of the prefetch queue: the caller may be applying a code."""


class Pages:
    """Pages of one filter, fetched once, from the first row to the last.

    `senders` send requests for one filter each: the second is used if the first returns no rows, and so on.
    With a bookmark `after`, the first page is the one that follows it.
    """

    def __init__(
        self,
        senders: Sequence[Send],
        read: ReadPage,
        page_size: int,
        waiting: Waiting,
        most_rows: int,
        after: str | None = None,
    ) -> None:
        self._read_pages = lambda check_stop: Paginator(
            senders, read, page_size, most_rows, check_stop, after
        ).pages()
        self._waiting = waiting
        self._stream: PrefetchIterator[Page] | None = None

    def begin(self) -> None:
        """Start the prefetch before the caller needs the pages."""
        self._started()

    def abandon(self) -> None:
        """Stop the prefetch, if it has started."""
        if self._stream is not None:
            self._stream.abandon()

    def pages(self) -> Generator[list[Page], None, None]:
        """Yield batches of prefetched pages, in order; raises `LightspeedError` if a page fails."""
        yield from self._started().batches(self._waiting)

    def _started(self) -> PrefetchIterator[Page]:
        if self._stream is None:
            self._stream = PrefetchIterator(self._read_pages, PAGES_AHEAD)
        return self._stream
