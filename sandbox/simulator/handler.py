"""HTTP connection handler: parses requests, sends responses of the service or the control API."""

import select
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from email.message import Message
from http.server import BaseHTTPRequestHandler
from typing import Any

from sandbox.simulator import control
from sandbox.simulator.responses import Refusal, Response
from sandbox.simulator.service import PREFIX


class Handler(BaseHTTPRequestHandler):
    """HTTP/1.1 with keep-alive; a response leaves in one write, without Nagle's delay."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    server: Any
    headers: Message

    def version_string(self) -> str:
        """Return the Server header, which a client might be tempted to use."""
        return "Microsoft-IIS/10.0"

    def _serve(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdigit() and len(length) < 9):
            self.send_error(400)
            return
        body = self.rfile.read(int(length))
        path = self.path.partition("?")[0]
        if path == PREFIX or path.startswith(PREFIX + "/"):
            self._serve_lsapi()
        elif path.startswith(control.PREFIX):
            self._send(control.answer(self.command, path, body, self.server.service))
        else:
            self._send(Refusal(404, "Not found.").answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _serve

    def _serve_lsapi(self) -> None:
        wants_gzip = "gzip" in self.headers.get("X-Accept-Encoding", "").lower()
        service = self.server.service
        login = self.headers.get("Authorization")
        answer, record = service.answer(self.command, self.path, login, wants_gzip)
        if answer.delay:
            self._hold(lambda: answer.delay)
        if answer.cut == "timeout":
            self._hold(lambda: service.switches.timeout_seconds)
        if answer.cut in ("reset", "timeout"):
            self._break()
            return
        record.status = answer.status
        if answer.cut == "endless":
            self._send_endlessly(answer)
        else:
            self._send(answer)

    def _send(self, answer: Response) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        half = answer.cut == "short_body"
        self.wfile.write(answer.body[: len(answer.body) // 2] if half else answer.body)
        self.close_connection = self.close_connection or half

    def _send_endlessly(self, answer: Response) -> None:
        """Send the body as chunks until the client disconnects or the simulator stops."""
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        chunk = b"%x\r\n%b\r\n" % (len(answer.body), answer.body)
        self.close_connection = True
        with suppress(OSError):
            while not self.server.stopping.is_set():
                self.wfile.write(chunk)

    def _hold(self, seconds: Callable[[], float]) -> None:
        """Wait; end early when the time is shortened, the simulator stops or the client disconnects, so that
        no thread is left behind."""
        waited = 0.0
        while (left := seconds() - waited) > 0 and not self.server.stopping.wait(min(0.1, left)):
            waited += 0.1
            if select.select([self.connection], [], [], 0)[0]:
                return

    def _break(self) -> None:
        """Reset the connection."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: requests are recorded, and a log line would be one more place for a login."""
