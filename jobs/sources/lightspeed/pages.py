"""Pages of one filter, complete only if the end of the list is proven (R11, cursor.py).

One background thread per pull prefetches pages into a bounded queue while the caller stores earlier ones.
"""

from collections.abc import Callable, Generator, Iterator, Sequence

from jobs.concurrency import PrefetchIterator, Waiting
from jobs.sources.lightspeed.errors import LightspeedError
from jobs.sources.lightspeed.fetcher import Send
from jobs.sources.lightspeed.known_pages import KnownPages
from jobs.sources.lightspeed.pull_trace import read_trace
from jobs.sources.lightspeed.recording import ReadList, Recording
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
    With the `trace` of an earlier pull of the dealer, pages that are still the same are not decoded.
    """

    def __init__(
        self,
        cmf: str,
        senders: Sequence[Send],
        read_list: ReadList,
        waiting: Waiting,
        trace: bytes | None = None,
        is_final: Callable[[LightspeedError], bool] = lambda _error: True,
    ) -> None:
        self._senders = senders
        self._recording = Recording(cmf, read_list)
        self._waiting = waiting
        known = read_trace(trace, cmf)
        self._known = KnownPages(known, senders, self._recording.pages, is_final) if known else None
        self._stream: PrefetchIterator[Page] | None = None

    def begin(self) -> None:
        """Start the prefetch before the caller needs the pages."""
        self._started()

    def abandon(self) -> None:
        """Stop the prefetch, if it has started, and forget what was received."""
        if self._stream is not None:
            self._stream.abandon()
        if self.are_known:
            self.close()

    def pages(self) -> Generator[list[Page], None, None]:
        """Yield batches of prefetched pages, in order; raises `LightspeedError` if a page fails."""
        yield from self._started().batches(self._waiting)

    @property
    def are_known(self) -> bool:
        """Whether the list has ended, and each response was that of the trace."""
        return self._known is not None and self._known.are_known

    @property
    def trace(self) -> bytes | None:
        """The trace of this pull; None before its end, and if it is the one that was given."""
        return self._recording.trace

    def read_again(self) -> Iterator[Page]:
        """Yield the pages of a known list once more, with their parts, without a request."""
        return iter(()) if self._known is None else self._known.read_again()

    def close(self) -> None:
        """Forget the responses, which a known list keeps."""
        if self._known is not None:
            self._known.close()

    def _started(self) -> PrefetchIterator[Page]:
        if self._stream is None:
            self._stream = PrefetchIterator(self._read, PAGES_AHEAD)
        return self._stream

    def _read(self, check_stop: Waiting) -> Iterator[Page]:
        if self._known is not None:
            return self._known.pages(check_stop)
        return self._recording.pages(self._senders, check_stop)
