"""The measured workloads, each in its own process: prepared, timed, and asked for results."""

from __future__ import annotations

from typing import Any, Protocol


class Workload(Protocol):
    """Constructed from the words of the command line, before the clock starts."""

    def run(self) -> None:
        """Do what is measured."""

    def facts(self) -> dict[str, Any]:
        """The results, as JSON values."""
