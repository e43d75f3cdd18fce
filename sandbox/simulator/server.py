"""HTTP server of the simulator."""

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
    """Serves each connection in a thread, and can close the open ones."""

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
        """Ignore a client that disconnected; anything else is a defect, and its traceback is printed."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def end(self) -> None:
        """Stop listening, and close kept-alive connections, which would otherwise be served forever."""
        self.stopping.set()
        self.shutdown()
        for connection in list(self._open):
            try:
                connection.shutdown(SHUT_RDWR)
            except OSError:
                continue


class Simulator:
    """A running simulator of the 3PA service: `with Simulator([dealer]) as sim: … sim.url …`.

    `port` 0 takes a free one. A port that is taken raises OSError at construction. `switches` may be changed,
    or replaced (which also resets fired faults), while it runs.
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
        """Return the value of `LIGHTSPEED_API_URL` for it."""
        return f"http://{self.host}:{self.port}{PREFIX}"

    @property
    def dealers(self) -> dict[str, SimulatedDealer]:
        """Return the dealers by CMF; more may be added while it runs."""
        return self._service.dealers

    @property
    def switches(self) -> Behavior:
        """Return the current settings."""
        return self._service.switches

    @switches.setter
    def switches(self, switches: Behavior) -> None:
        self._service.switch_to(switches)

    @property
    def requests(self) -> list[RecordedRequest]:
        """Return every request to /lsapi so far, in order of arrival; `.clear()` removes them."""
        return self._service.recorder.requests

    def fired(self, fault: Fault) -> int:
        """Return how often `fault` has fired."""
        return self._service.fired[fault]

    def peak_requests_per_minute(self) -> int:
        """Return the largest number of requests that one login sent within any 60 seconds."""
        return peak(list(self.requests))

    def start(self) -> Self:
        """Serve in background threads."""
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
