"""The 3PA simulator in a process of its own, told over HTTP what to serve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import requests

from benchmarks.environment import UNLIMITED
from sandbox.servers.ports import free_port
from sandbox.simulator import RecordedRequest
from sandbox.simulator.parts import Part
from sandbox.start.program import Program

CMF, USERNAME, PASSWORD = "76099999", "76099999", "bulk-0f0e1d2c"
# Seconds.
STARTED_WITHIN = 240.0


@dataclass(frozen=True)
class Service:
    """A running simulator, which serves the dealers that it is told of."""

    base: str

    @property
    def url(self) -> str:
        return f"{self.base}/lsapi"

    def serve(self, parts: Sequence[Part], cmf: str = CMF, username: str = USERNAME) -> None:
        """Report these parts of a dealer, and no others, from now on."""
        dealer = {"cmf": cmf, "username": username, "password": PASSWORD, "parts": parts}
        self._post("dealers", dealer)

    def restock(self, parts: Sequence[Part]) -> None:
        """Report these instead of those that have their numbers."""
        self._post(f"parts/{CMF}", {"update": parts})

    def set_latency(self, seconds: float) -> None:
        """Take so long for each response from now on."""
        self._post("switches", {"latency": seconds})

    def requests(self) -> list[RecordedRequest]:
        """All requests so far, in order of arrival."""
        response = requests.get(f"{self.base}/_control/requests", timeout=60)
        response.raise_for_status()
        return sorted((RecordedRequest(**one) for one in response.json()), key=lambda one: one.time)

    def _post(self, path: str, body: object) -> None:
        response = requests.post(f"{self.base}/_control/{path}", data=msgspec.json.encode(body), timeout=600)
        response.raise_for_status()


@contextmanager
def service(environment: dict[str, str], folder: Path) -> Iterator[Service]:
    """A simulator that never refuses for the rate."""
    program = Program(environment, folder)
    try:
        yield start_service(program, free_port(), {"requests_per_minute": UNLIMITED})
    finally:
        program.end()


def start_service(program: Program, port: int, switches: Mapping[str, object], *options: str) -> Service:
    """Start a simulator with these switches (sandbox/simulator/behavior.py); it ends with the program."""
    words = [word for name, value in switches.items() for word in ("--switch", f"{name}={value}")]
    program.start("simulator", "sandbox.simulator", "--port", str(port), *words, *options)
    # A million parts take a while to be made.
    program.wait_for("simulator", "settings at" if options else "3PA simulator at", STARTED_WITHIN)
    return Service(f"http://127.0.0.1:{port}")
