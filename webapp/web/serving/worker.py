"""gthread worker whose threads run only application code and uploads.

gunicorn's own worker gives each connection to a thread, which waits for the request and for the client to
read the response: as many slow clients as there are threads block the process. Here the event loop receives
requests and sends the rest of responses; both have deadlines (`Deadlines`).
"""

from __future__ import annotations

import errno
import selectors
import socket
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Any

import structlog
from gunicorn.workers.gthread import TConn, ThreadWorker

from webapp.web.serving.channel import PIECE, Channel, Deadlines
from webapp.web.serving.framing import MalformedRequest

log = structlog.get_logger(__name__)

# Seconds between two checks for overdue connections.
SWEEP_EVERY = 0.5
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
REFUSAL = "HTTP/1.1 {}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class Connection(TConn):
    """Client connection. `timeout` is when the event loop closes it, `awaited` what it waits for."""

    sock: Channel
    # Whether another request may follow on this connection.
    is_kept = False
    awaited = ""


class Worker(ThreadWorker):
    """Worker class named in gunicorn.conf.py."""

    deadlines = Deadlines()

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        """Reject TLS, which the platform or a proxy terminates."""
        if cfg.is_ssl:
            raise RuntimeError("this worker class serves no TLS: a proxy in front of it does")
        super().check_config(cfg, log)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._watched: dict[int, Connection] = {}
        self._swept_at = 0.0

    def accept(self, listener: socket.socket) -> None:
        """Accept a connection; above the limit, the longest waiting one is closed."""
        try:
            raw, address = listener.accept()
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                return
            raise
        self.nr_conns += 1
        if self.nr_conns >= self.worker_connections and self._watched:
            self._drop(next(iter(self._watched.values())))
        conn = Connection(self.cfg, Channel(raw, self.deadlines), address, listener.getsockname())
        conn.data_ready = True
        self._watch(conn, "request", self.deadlines.head, self._receive)

    def finish_request(self, conn: Connection, fs: Future[Any]) -> None:
        """Send the rest of the response, once a thread has finished the request."""
        if conn.sock.fileno() < 0:
            # Closed by the thread: the application failed while sending a response.
            self.nr_conns -= 1
            return
        conn.is_kept = not fs.cancelled() and not fs.exception() and bool(fs.result()) and self.alive
        self._send(conn)

    def murder_keepalived(self, force: bool = False) -> None:
        """Close every watched connection; gunicorn calls this when it stops."""
        if force:
            for conn in list(self._watched.values()):
                self._drop(conn)

    def murder_pending(self) -> None:
        """Close overdue connections, and idle ones when the process stops."""
        now = time.monotonic()
        if now - self._swept_at < SWEEP_EVERY:
            return
        self._swept_at = now
        overdue = [conn for conn in self._watched.values() if conn.timeout <= now or self._is_leftover(conn)]
        slow = [conn for conn in overdue if conn.awaited == "response" or conn.sock.received]
        for conn in overdue:
            self._end_overdue(conn)
        if slow:
            log.info("connection.ended", count=len(slow))

    def _is_leftover(self, conn: Connection) -> bool:
        return not self.alive and conn.awaited == "request" and not conn.sock.received

    def _end_overdue(self, conn: Connection) -> None:
        if conn.awaited == "request" and conn.sock.received:
            self._refuse(conn, "408 Request Timeout")
        else:
            self._drop(conn)

    def _keepalive_after(self, conn: Connection, keepalive: bool) -> bool:
        # The rest of a large body is not waited for.
        return not conn.sock.framing.is_large and bool(super()._keepalive_after(conn, keepalive))

    def _receive(self, conn: Connection) -> None:
        channel = conn.sock
        had_head, was_idle = channel.framing.head, not channel.received
        goes_on = channel.fill()
        if self._take(conn):
            return
        if not goes_on:
            self._drop(conn)
        elif channel.framing.head and not had_head:
            if b"100-continue" in bytes(channel.received[: channel.framing.head]).lower():
                channel.sendall(CONTINUE)
            conn.timeout = time.monotonic() + self.deadlines.body
        elif was_idle and channel.received:
            conn.timeout = time.monotonic() + self.deadlines.head

    def _take(self, conn: Connection) -> bool:
        """Hand the request to a thread if it is complete; also true if it was refused."""
        try:
            if not conn.sock.is_whole():
                return False
        except MalformedRequest as refused:
            self._refuse(conn, refused.status)
            return True
        self._unwatch(conn)
        self.enqueue_req(conn)
        return True

    def _refuse(self, conn: Connection, status: str) -> None:
        conn.is_kept = False
        conn.sock.sendall(REFUSAL.format(status).encode())
        self._send(conn)

    def _send(self, conn: Connection) -> None:
        self._unwatch(conn)
        try:
            is_sent = conn.sock.flush()
        except OSError:
            self._drop(conn)
            return
        if is_sent:
            self._go_on(conn)
        else:
            seconds = self.deadlines.to_take(conn.sock.left)
            self._watch(conn, "response", seconds, self._send_more, selectors.EVENT_WRITE)

    def _send_more(self, conn: Connection) -> None:
        if conn.sock.flush():
            self._unwatch(conn)
            self._go_on(conn)

    def _go_on(self, conn: Connection) -> None:
        """Wait for the next request, or for the client to close the connection."""
        if not conn.is_kept:
            # Closing at once, with unread input, could lose the end of the response.
            with suppress(OSError):
                conn.sock.shutdown(socket.SHUT_WR)
            self._watch(conn, "end", self.deadlines.linger, self._discard)
            return
        conn.sock.next_request()
        if not self._take(conn):
            seconds = self.deadlines.head if conn.sock.received else self.cfg.keepalive
            self._watch(conn, "request", seconds, self._receive)

    def _discard(self, conn: Connection) -> None:
        with suppress(BlockingIOError):
            if not conn.sock.raw.recv(PIECE):
                self._drop(conn)

    def _watch(
        self,
        conn: Connection,
        awaited: str,
        seconds: float,
        then: Callable[[Connection], None],
        events: int = selectors.EVENT_READ,
    ) -> None:
        conn.awaited, conn.timeout = awaited, time.monotonic() + seconds
        self._watched[conn.sock.fileno()] = conn
        self.poller.register(conn.sock.raw, events, partial(self._step, conn, then))

    def _step(self, conn: Connection, then: Callable[[Connection], None], _socket: object) -> None:
        try:
            then(conn)
        except OSError:
            self._drop(conn)

    def _unwatch(self, conn: Connection) -> None:
        if self._watched.pop(conn.sock.fileno(), None) is not None:
            self.poller.unregister(conn.sock.raw)

    def _drop(self, conn: Connection) -> None:
        if conn.sock.fileno() >= 0:
            self._unwatch(conn)
            self.nr_conns -= 1
            conn.sock.close()
