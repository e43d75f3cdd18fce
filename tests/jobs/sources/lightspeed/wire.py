"""A TCP server that says exactly the given bytes, for answers that no web server would send."""

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

Act = Callable[[socket.socket], None]


class Wire:
    """Performs one act for each request, the last one from then on; an act may close the connection."""

    def __init__(self, *acts: Act) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self._acts = acts
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/lsapi"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):  # closing alone does not wake the thread that accepts
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        head = b""
        try:
            while received := connection.recv(65536):
                head += received
                if head.endswith(b"\r\n\r\n"):
                    self.requests.append(head)
                    head = b""
                    self._acts[min(len(self.requests), len(self._acts)) - 1](connection)
        except OSError:
            return  # the client has left, or the act has closed


def say(text: bytes) -> Act:
    """Send these bytes and leave the connection open."""
    return lambda connection: connection.sendall(text)


def ok(body: bytes, **headers: str) -> bytes:
    """A well-formed answer with that body."""
    lines = [b"HTTP/1.1 200 OK", b"Content-Length: %d" % len(body)]
    lines += [f"{name.replace('_', '-')}: {value}".encode() for name, value in headers.items()]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def hang_up_after(text: bytes) -> Act:
    """Send these bytes and close."""

    def act(connection: socket.socket) -> None:
        connection.sendall(text)
        connection.shutdown(socket.SHUT_RDWR)
        connection.close()

    return act


def reset(connection: socket.socket) -> None:
    """End the connection with a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def drip(text: bytes, seconds: float, start: bytes = b"") -> Act:
    """Send the start at once, then one byte every so many seconds, until the client leaves."""

    def act(connection: socket.socket) -> None:
        connection.sendall(start)
        pause = threading.Event()
        for byte in text:
            connection.sendall(bytes([byte]))
            pause.wait(seconds)

    return act


def nothing(connection: socket.socket) -> None:
    """Say nothing at all."""
