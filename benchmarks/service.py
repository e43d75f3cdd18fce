"""The 3PA simulator in a process of its own, told over HTTP what to serve."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import requests

from benchmarks.environment import UNLIMITED
from sandbox.servers.ports import free_port
from sandbox.simulator.parts import Part
from sandbox.start.program import Program

CMF, USERNAME, PASSWORD = "76099999", "76099999", "bulk-0f0e1d2c"


@dataclass(frozen=True)
class Service:
    """A running simulator, with one dealer unless told of others."""

    base: str

    @property
    def url(self) -> str:
        return f"{self.base}/lsapi"

    def serve(self, parts: Sequence[Part], cmf: str = CMF, username: str = USERNAME) -> None:
        """Report these parts of a dealer, and no others, from now on."""
        dealer = {"cmf": cmf, "username": username, "password": PASSWORD, "parts": parts}
        self._tell("dealers", dealer)

    def restock(self, parts: Sequence[Part]) -> None:
        """Report these instead of those that have their numbers."""
        self._tell(f"parts/{CMF}", {"update": parts})

    def take(self, seconds: float) -> None:
        """Take so long for each answer from now on."""
        self._tell("switches", {"latency": seconds})

    def requests(self) -> list[dict[str, Any]]:
        """What was asked so far."""
        answer = requests.get(f"{self.base}/_control/requests", timeout=60)
        answer.raise_for_status()
        told: list[dict[str, Any]] = answer.json()
        return told

    def forget_requests(self) -> None:
        """Keep a record of those requests alone that come from now on."""
        requests.delete(f"{self.base}/_control/requests", timeout=60).raise_for_status()

    def _tell(self, what: str, said: object) -> None:
        answer = requests.post(f"{self.base}/_control/{what}", data=msgspec.json.encode(said), timeout=600)
        answer.raise_for_status()


@contextmanager
def service(environment: dict[str, str], folder: Path) -> Iterator[Service]:
    """Start a simulator that never refuses for the rate."""
    program, port = Program(environment, folder), free_port()
    program.start(
        "simulator", "sandbox.simulator", "--port", str(port), "--switch", f"requests_per_minute={UNLIMITED}"
    )
    try:
        program.wait_for("simulator", "3PA simulator at")
        yield Service(f"http://127.0.0.1:{port}")
    finally:
        program.end()
