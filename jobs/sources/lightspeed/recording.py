"""Records the trace of a pull, while its pages are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from jobs.concurrency import Waiting
from jobs.sources.lightspeed.api_requests import ApiResponse, Read
from jobs.sources.lightspeed.fetcher import Send
from jobs.sources.lightspeed.parts import DecodedPage
from jobs.sources.lightspeed.pull_trace import Exchange, Step, digest_of, write_trace
from jobs.sources.source import Page

ReadList = Callable[[Sequence[Send], Waiting], Iterator[Page]]
"""Yields the pages of a list, which some senders request; calls its second argument during waits."""


class Recording:
    """Reads a list from its beginning; `trace` is that of the pull once it has ended."""

    def __init__(self, cmf: str, read_list: ReadList) -> None:
        self._cmf = cmf
        self._read_list = read_list
        self.trace: bytes | None = None

    def pages(self, senders: Sequence[Send], check_stop: Waiting) -> Iterator[Page]:
        """Yield every page; raises `LightspeedError` if the list is not complete."""
        steps: list[Step] = []
        exchanges: list[Exchange] = []
        noted = [_noted(place, send, exchanges.append) for place, send in enumerate(senders)]
        for page in self._read_list(noted, check_stop):
            steps.append(Step(tuple(exchanges), page.received, page.is_short))
            exchanges.clear()
            yield page
        self.trace = write_trace(self._cmf, steps)


def _noted(place: int, send: Send, note: Callable[[Exchange], None]) -> Send:
    """Return a sender that notes each exchange."""

    def sent(skip: int, top: int, read: Read, pause: bool, check_stop: Waiting) -> ApiResponse:
        digest = b""

        def read_noted(body: bytes) -> DecodedPage:
            nonlocal digest
            rows = read(body)
            digest = digest_of(body)
            return rows

        response = send(skip, top, read_noted, pause, check_stop)
        note(Exchange(place, skip, top, pause, digest))
        return response

    return sent
