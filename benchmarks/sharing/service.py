"""The 3PA simulator as one of many processes: many dealers, a limit of its own, and a record of requests."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks import service
from sandbox.simulator import RecordedRequest
from sandbox.start.program import Program


class Service(service.Service):
    """A running simulator whose behaviour changes, and whose requests are judged."""

    def switch(self, **settings: object) -> None:
        """Behave so from now on (sandbox/simulator/behavior.py)."""
        self._tell("switches", settings)

    def recorded(self) -> list[RecordedRequest]:
        """All requests that were sent so far, in order of arrival."""
        return sorted((RecordedRequest(**one) for one in self.requests()), key=lambda one: one.time)


def start(program: Program, port: int, switches: Mapping[str, object]) -> Service:
    """Start a simulator as one of the program's processes; it ends with them."""
    chosen = [word for name, value in switches.items() for word in ("--switch", f"{name}={value}")]
    program.start("simulator", "sandbox.simulator", "--port", str(port), *chosen)
    program.wait_for("simulator", "3PA simulator at")
    return Service(f"http://127.0.0.1:{port}")
