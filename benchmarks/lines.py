"""One line of the table: a thing that was measured, on a database, with what it is to be compared with."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.measured import Measured

MEGABYTE = 1_000_000
HEADINGS = ("what", "rows", "wall s", "rows/s", "CPU s", "server CPU s", "peak MB", "remarks")


@dataclass(frozen=True)
class Line:
    """`count` rows or parts; `memory` tells whether the peak says anything."""

    what: str
    count: int
    measured: Measured
    remarks: str = ""
    memory: bool = True

    def cells(self) -> tuple[str, ...]:
        """The cells under `HEADINGS`. Memory is what the process had more at its peak than while idle."""
        one = self.measured
        return (
            self.what,
            f"{self.count:,}",
            f"{one.seconds:.2f}",
            f"{self.count / one.seconds:,.0f}",
            f"{one.cpu:.2f}",
            "" if one.server_cpu is None else f"{one.server_cpu:.2f}",
            f"{one.peak / MEGABYTE:.0f}" if self.memory else "",
            self.remarks,
        )
