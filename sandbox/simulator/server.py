"""The simulator as an HTTP server on this machine."""

import sys
import threading
from collections.abc import Iterable
from http.server import ThreadingHTTPServer
from socket import SHUT_RDWR, socket
from types import TracebackType
from typing import Any, Self

from sandbox.simulator.behavior import Behavior, Fault
from sandbox.simulator.dealers import SimulatedDealer
from sandbox.simulator.handler import Handler
from sandbox.simulator.recording import RecordedRequest, peak
from sandbox.simulator.service import PREFIX, Service


class _Server(ThreadingHTTPServer):
    """Serves each connection in a thread, and can end the connections that are still open."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], service: Service) -> None:
        self.service, self.stopping = service, threading.Event()
        self._open: set[socket] = set()
        super().__init__(address, Handler)

    def get_request(self) -> tuple[socket, Any]:
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no news; anything else is a defect, and its traceback is printed."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def end(self) -> None:
        """Stop listening, and close kept-alive connections, which would else be answered for ever."""
        self.stopping.set()
        self.shutdown()
        for connection in list(self._open):
            try:
                connection.shutdown(SHUT_RDWR)
            except OSError:
                continue


class Simulator:
    """A running stand-in for the 3PA service: `with Simulator([dealer]) as sim: … sim.url …`.

    `port` 0 takes a free one. A port that is taken raises OSError at construction. `switches` may be
    changed, or replaced (which also forgets which faults have fired), while it runs.
    """

    def __init__(
        self,
        dealers: Iterable[SimulatedDealer] = (),
        switches: Behavior | None = None,
        port: int = 0,
        host: str = "127.0.0.1",
    ) -> None:
        self._service = Service(list(dealers), switches or Behavior())
        self._server = _Server((host, port), self._service)
        self.host, self.port = host, self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="simulator", daemon=True
        )

    @property
    def url(self) -> str:
        """What `LIGHTSPEED_API_URL` must be to reach it."""
        return f"http://{self.host}:{self.port}{PREFIX}"

    @property
    def dealers(self) -> dict[str, SimulatedDealer]:
        """The dealers by CMF; more may be put in while it runs."""
        return self._service.dealers

    @property
    def switches(self) -> Behavior:
        """The settings in force."""
        return self._service.switches

    @switches.setter
    def switches(self, switches: Behavior) -> None:
        self._service.switch_to(switches)

    @property
    def requests(self) -> list[RecordedRequest]:
        """Every request to /lsapi so far, in order of arrival; `.clear()` forgets them."""
        return self._service.recorder.requests

    def fired(self, fault: Fault) -> int:
        """How often `fault` has struck."""
        return self._service.fired[fault]

    def peak_requests_per_minute(self) -> int:
        """The greatest number of requests that one login sent within any 60 seconds."""
        return peak(list(self.requests))

    def start(self) -> Self:
        """Serve, in threads of its own."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Close the port and every connection."""
        if self._thread.is_alive():
            self._server.end()
            self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
