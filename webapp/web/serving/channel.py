"""Non-blocking client socket for gunicorn's threads.

The worker's event loop receives requests, and sends what the client has not yet read of a response, buffered
in memory and then in a temporary file. A thread waits only for the body of an upload, which the application
controls (webapp/web/bodies.py).
"""

from __future__ import annotations

import contextlib
import errno
import select
import socket
import time
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import Final

from webapp.web.serving.framing import Framing

PIECE: Final = 64 * 1024
IN_MEMORY: Final = 256 * 1024
# Of one response; beyond it the thread waits, within the client's deadline.
MOST_KEPT: Final = 32 * 1024 * 1024


@dataclass(frozen=True)
class Deadlines:
    """Deadlines for a client, in seconds."""

    head: float = 10
    # For an ordinary form, after the head.
    body: float = 20
    # For a large body in total, and without receiving a byte.
    upload: float = 900
    stall: float = 20
    # For a response, plus its size divided by this rate in bytes per second.
    response: float = 30
    rate: int = 32 * 1024
    # Until a client that has its response closes the connection.
    linger: float = 5

    def to_take(self, size: int) -> float:
        """Return the deadline for sending so many remaining bytes."""
        return self.response + size / self.rate


class Channel:
    """Socket of one connection, with its unparsed input and unsent output."""

    def __init__(self, raw: socket.socket, deadlines: Deadlines) -> None:
        raw.setblocking(False)
        # Otherwise the kernel would buffer some megabytes for each slow client.
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, IN_MEMORY)
        self.raw = raw
        self.received = bytearray()
        self.framing = Framing()
        self._deadlines = deadlines
        self._taken = 0
        self._read_until = 0.0
        self._kept: SpooledTemporaryFile[bytes] | None = None
        self._written = self._sent = 0
        self._is_shut = False

    # Used by the event loop.

    def fill(self) -> bool:
        """Receive what has arrived; false at the end of the input."""
        try:
            piece = self.raw.recv(PIECE)
        except BlockingIOError:
            return True
        self.received += piece
        if not self.framing.head and self.received.startswith((b"\r", b"\n")):
            # Empty lines before a request are ignored.
            self.received = self.received.lstrip(b"\r\n")
        return bool(piece)

    def is_whole(self) -> bool:
        """Return whether a thread can take the request. Raises framing.MalformedRequest."""
        return self.framing.is_whole(self.received)

    def next_request(self) -> None:
        """Drop the completed request, and keep the input received after it."""
        del self.received[: self.framing.end]
        self.framing, self._taken, self._read_until = Framing(), 0, 0.0

    @property
    def left(self) -> int:
        """Return the number of unsent bytes."""
        return self._written - self._sent

    def flush(self) -> bool:
        """Send as much as possible without blocking; return whether all is sent."""
        while self._kept is not None and self.left:
            self._kept.seek(self._sent)
            try:
                self._sent += self.raw.send(self._kept.read(PIECE))
            except BlockingIOError:
                return False
        self._forget_kept()
        return True

    def _forget_kept(self) -> None:
        if self._kept is not None:
            self._kept.close()
        self._kept, self._written, self._sent = None, 0, 0

    # Used by the threads: gunicorn's socket interface.

    def recv(self, size: int) -> bytes:
        """Return what was received of this request; for a large body, wait for the rest, otherwise signal its
        end."""
        end = min(len(self.received), self.framing.end)
        if self._taken < end:
            piece = bytes(self.received[self._taken : min(end, self._taken + size)])
            self._taken += len(piece)
            return piece
        return self._wait_for(size) if self.framing.is_large and not self._is_shut else b""

    def _wait_for(self, size: int) -> bytes:
        now = time.monotonic()
        self._read_until = self._read_until or now + self._deadlines.upload
        left = min(self._deadlines.stall, self._read_until - now)
        if left <= 0 or not select.select([self.raw], [], [], left)[0]:
            raise TimeoutError(errno.ETIMEDOUT, "the client is too slow")
        return self.raw.recv(size)

    def sendall(self, data: bytes) -> None:
        """Send the data, or buffer what the client doesn't accept now."""
        if self.left == 0:
            data = self._send_now(memoryview(data))
        if data:
            self._keep(data)
        until = 0.0
        while not self.flush() and self.left > MOST_KEPT:
            until = until or time.monotonic() + self._deadlines.to_take(self.left - MOST_KEPT)
            if time.monotonic() > until:
                raise ConnectionResetError(errno.ECONNRESET, "the client is too slow")
            select.select([], [self.raw], [], 1)

    send = sendall

    def _send_now(self, data: memoryview) -> bytes:
        sent = 0
        with contextlib.suppress(BlockingIOError):
            while sent < len(data):
                sent += self.raw.send(data[sent:])
        return bytes(data[sent:])

    def _keep(self, data: bytes) -> None:
        if self._kept is None:
            self._kept = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
        self._kept.seek(self._written)
        self._written += self._kept.write(data)

    def fileno(self) -> int:
        return self.raw.fileno()

    def shutdown(self, how: int) -> None:
        self._is_shut = True
        self.raw.shutdown(how)

    def close(self) -> None:
        self._forget_kept()
        self.raw.close()

    def setblocking(self, _flag: bool) -> None:
        """No-op: the socket stays non-blocking."""

    def settimeout(self, _seconds: float | None) -> None:
        """No-op: the timeouts are `Deadlines`."""

    def gettimeout(self) -> float | None:
        return None
