"""What is measured, one errand a process: it is prepared, carried out by the clock, and asked for facts."""

from __future__ import annotations

from typing import Any, Protocol


class Errand(Protocol):
    """Made from the words of the command line, which prepares it off the clock."""

    def carry_out(self) -> None:
        """Do what is measured."""

    def facts(self) -> dict[str, Any]:
        """Tell what came of it, as JSON values."""
