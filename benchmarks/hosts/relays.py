"""Hands connections on from an address that a room can reach to the services on this machine's loopback."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

from sandbox.servers.ports import LOOPBACK

_PIECE = 1 << 16


class Relays:
    """Two threads a connection, all of which end with this program."""

    def __init__(self) -> None:
        self._listening: list[socket.socket] = []

    def open(self, address: str, port: int) -> None:
        """Listen on an address, and connect whoever comes to the same port on loopback."""
        listener = socket.create_server((address, port), backlog=128)
        self._listening.append(listener)
        _begin(_accept, listener, port)

    def end(self) -> None:
        """Take nobody on any more."""
        for listener in self._listening:
            listener.close()


def _begin(act: Callable[..., None], *arguments: object) -> None:
    threading.Thread(target=act, args=arguments, daemon=True).start()


def _accept(listener: socket.socket, port: int) -> None:
    with suppress(OSError):
        while True:
            comer, _ = listener.accept()
            try:
                service = socket.create_connection((LOOPBACK, port))
            except OSError:
                comer.close()
                continue
            _begin(_pump, comer, service)
            _begin(_pump, service, comer)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(_PIECE):
            sink.sendall(piece)
    # The other direction may have something to say still; where it has not, both ends are done.
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
