"""Pages of a pull whose responses may be those of the last one: then none of them is decoded (R11).

The requests of the last pull are sent again. As long as each response is the same bytes, its page is known:
it is yielded without its parts. At the first other response, all of them are read as if nothing were known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from jobs.concurrency import Waiting
from jobs.sources.lightspeed.api_requests import ApiResponse, Read
from jobs.sources.lightspeed.cursor import NO_ROWS
from jobs.sources.lightspeed.errors import LightspeedError
from jobs.sources.lightspeed.fetcher import RequestTotals, Send
from jobs.sources.lightspeed.kept_responses import KeptResponses, Replay, Sent
from jobs.sources.lightspeed.paginator import log_requests
from jobs.sources.lightspeed.parts import DecodedPage
from jobs.sources.lightspeed.pull_trace import Exchange, Step, Trace, digest_of
from jobs.sources.lightspeed.recording import ReadList
from jobs.sources.source import Page


class KnownPages:
    """Pages of one pull; `are_known` is true once all of them were those of the trace."""

    def __init__(
        self,
        trace: Trace,
        senders: Sequence[Send],
        read_list: ReadList,
        is_final: Callable[[LightspeedError], bool],
    ) -> None:
        self._trace = trace
        self._senders = senders
        self._read_list = read_list
        self._is_final = is_final
        self._kept = KeptResponses()
        self._uncounted = RequestTotals()
        self._of_list = RequestTotals()
        self.are_known = False

    def pages(self, check_stop: Waiting) -> Iterator[Page]:
        """Yield every page; raises `LightspeedError` if the list is not complete."""
        try:
            yield from self._pages(check_stop)
        finally:
            if not self.are_known:
                self.close()

    def _pages(self, check_stop: Waiting) -> Iterator[Page]:
        rows = 0
        for known, step in enumerate(self._trace.steps):
            if not all(self._is_same(exchange, check_stop) for exchange in step.exchanges):
                log_requests(self._of_list, 0)
                yield from self._changed(known, check_stop)
                return
            rows += step.received
            yield self._page(known + 1, step)
        log_requests(self._of_list, rows)
        self.are_known = True

    def read_again(self) -> Iterator[Page]:
        """Yield the pages with their parts, from the responses that were kept."""
        replay = Replay(self._kept, lambda _error: True)
        senders = [replay.sender(place, _refuse) for place in range(len(self._senders))]
        for page in self._read_list(senders, lambda: None):
            yield replace(page, is_counted=True)

    def close(self) -> None:
        """Forget the responses."""
        self._kept.close()

    def _is_same(self, exchange: Exchange, check_stop: Waiting) -> bool:
        """Send a request; return whether its response is that of the trace."""
        if exchange.sender >= len(self._senders):
            return False
        body = b""

        def keep(received: bytes) -> DecodedPage:
            nonlocal body
            body = received
            return NO_ROWS

        sent = Sent(exchange.sender, exchange.skip, exchange.top, exchange.is_repeat)
        send = self._senders[exchange.sender]
        try:
            response = send(sent.skip, sent.top, keep, sent.is_repeat, check_stop)
        except LightspeedError as error:
            self._count_on(error)
            raise
        self._uncounted.add(response)
        self._of_list.add(response)
        self._kept.add(sent, body)
        return digest_of(body) == exchange.digest

    def _page(self, number: int, step: Step) -> Page:
        totals, self._uncounted = self._uncounted, RequestTotals()
        usage = totals.requests, totals.seconds, totals.rate_waited
        return Page(number, (), (), step.received, *usage, is_short=step.is_short, is_known=True)

    def _changed(self, known: int, check_stop: Waiting) -> Iterator[Page]:
        """Yield all pages with their parts; the first ones were counted when they were known."""
        replay = Replay(self._kept, self._is_final)
        senders = [replay.sender(place, send) for place, send in enumerate(self._senders)]
        try:
            for page in self._read_list(senders, check_stop):
                yield replace(page, is_counted=True) if page.number <= known else self._with_uncounted(page)
        except LightspeedError as error:
            self._count_on(error)
            raise

    def _with_uncounted(self, page: Page) -> Page:
        totals, self._uncounted = self._uncounted, RequestTotals()
        return replace(
            page,
            requests=page.requests + totals.requests,
            seconds=page.seconds + totals.seconds,
            rate_waited=page.rate_waited + totals.rate_waited,
        )

    def _count_on(self, error: LightspeedError) -> None:
        error.requests += self._uncounted.requests
        error.rate_waited += self._uncounted.rate_waited


def _refuse(_skip: int, _top: int, _read: Read, _pause: bool, _check_stop: Waiting) -> ApiResponse:
    raise RuntimeError("a known list needs no further request")
