"""Responses of a pull that are kept as received, to be read only if something turns out to be new."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from typing import NamedTuple

from jobs.concurrency import Waiting
from jobs.sources.lightspeed.api_requests import ApiResponse, Read
from jobs.sources.lightspeed.errors import LightspeedError
from jobs.sources.lightspeed.fetcher import Send

# Bytes in memory; more are in a temporary file.
_IN_MEMORY = 1024 * 1024


class Sent(NamedTuple):
    """A request: the place of its filter, `$skip`, `$top`, and whether it was sent again after a pause."""

    sender: int
    skip: int
    top: int
    is_repeat: bool


class KeptResponses:
    """Responses in the order received. One thread adds them all; after that, any one may read them."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY, prefix="responses-")  # noqa: SIM115
        self._kept: list[tuple[Sent, int]] = []

    def add(self, sent: Sent, body: bytes) -> None:
        """Keep a response."""
        self._file.write(body)
        self._kept.append((sent, len(body)))

    def __iter__(self) -> Iterator[tuple[Sent, bytes]]:
        self._file.seek(0)
        for sent, length in self._kept:
            yield sent, self._file.read(length)

    def close(self) -> None:
        """Forget them."""
        self._kept = []
        self._file.close()


class Replay:
    """Takes the requests of a pull from its beginning: their responses are the kept ones, then new ones.

    A kept response that cannot be read is requested again, unless `is_final` says that its error fails the
    pull, as it does for a response that was not kept.
    """

    def __init__(self, kept: KeptResponses, is_final: Callable[[LightspeedError], bool]) -> None:
        self._kept = iter(kept)
        self._is_final = is_final

    def sender(self, place: int, send: Send) -> Send:
        """Return the sender of one filter; responses that were kept count as no request."""

        def replayed(skip: int, top: int, read: Read, pause: bool, check_stop: Waiting) -> ApiResponse:
            sent, body = next(self._kept, (None, b""))
            if sent is None:
                return send(skip, top, read, pause, check_stop)
            if sent != (place, skip, top, pause):  # another release recorded the trace
                self._kept = iter(())
                return send(skip, top, read, pause, check_stop)
            try:
                return ApiResponse(read(body), 0, 0.0, 0.0)
            except LightspeedError as error:
                if self._is_final(error):
                    raise
            return send(skip, top, read, True, check_stop)

        return replayed
