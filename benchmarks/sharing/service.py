"""The 3PA simulator in a process of its own: many dealers, a limit of its own, and a record of requests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import requests

from sandbox.simulator import RecordedRequest
from sandbox.simulator.parts import Part
from sandbox.start.program import Program

PASSWORD = "shared-0f0e1d2c"  # pragma: allowlist secret


@dataclass(frozen=True)
class Service:
    """A running simulator."""

    base: str

    @property
    def url(self) -> str:
        return f"{self.base}/lsapi"

    def serve(self, cmf: str, username: str, parts: Iterable[Part]) -> None:
        """Serve one more dealer."""
        self._tell("dealers", {"cmf": cmf, "username": username, "password": PASSWORD, "parts": list(parts)})

    def switch(self, **settings: object) -> None:
        """Behave so from now on (sandbox/simulator/switches.py)."""
        self._tell("switches", settings)

    def requests(self) -> list[RecordedRequest]:
        """All that were sent so far, in order of arrival."""
        answer = requests.get(f"{self.base}/_control/requests", timeout=60)
        answer.raise_for_status()
        found: list[dict[str, Any]] = msgspec.json.decode(answer.content)
        return sorted((RecordedRequest(**one) for one in found), key=lambda one: one.time)

    def _tell(self, what: str, said: object) -> None:
        answer = requests.post(f"{self.base}/_control/{what}", data=msgspec.json.encode(said), timeout=60)
        answer.raise_for_status()


def start(program: Program, port: int, switches: Mapping[str, object]) -> Service:
    """Start a simulator as one of the program's processes; it ends with them."""
    chosen = [word for name, value in switches.items() for word in ("--switch", f"{name}={value}")]
    program.start("simulator", "sandbox.simulator", "--port", str(port), *chosen)
    program.wait_for("simulator", "3PA simulator at")
    return Service(f"http://127.0.0.1:{port}")
