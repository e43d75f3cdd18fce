"""What the benchmarks have to show, and a table of what was measured beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks import table

HEADINGS = ("target", "measured", "wanted", "")


@dataclass(frozen=True)
class Target:
    """A figure that must be `limit` at most, or at least."""

    title: str
    limit: float
    is_least: bool = False
    unit: str = ""

    def row(self, measured: float) -> tuple[str, ...]:
        """The figure beside what is wanted, and whether it is met."""
        is_met = measured >= self.limit if self.is_least else measured <= self.limit
        sign = "≥" if self.is_least else "≤"
        wanted = f"{sign} {self.limit:g}{self.unit}"
        return self.title, f"{measured:.2f}{self.unit}", wanted, "met" if is_met else "missed"


FIRST_OVER_FLOOR = Target("first ÷ (bare fetch + floor), CPU", 2.0)
UNCHANGED_OVER_FETCH = Target("unchanged ÷ bare fetch, CPU", 1.6)
CHANGED_OVER_FETCH = Target("1 % changed ÷ bare fetch, CPU", 3.0)
FIRST_OVER_UNCHANGED = Target("first ÷ unchanged, CPU", 4.0, is_least=True)
LOG_OF_UNCHANGED = Target("write-ahead log of an unchanged run, 20,000 parts", 0.1, unit=" MB")
PACED = Target("204 pages at 0.3 s, over the same requests of a bare loop", 1.0, unit=" %")
LARGE_FIRST_OVER_DLT = Target("first ÷ dlt Arrow, CPU", 0.85)
LARGE_FIRST_OVER_DLT_WALL = Target("first ÷ dlt Arrow, wall", 0.75)
SMALL_FIRST_OVER_DLT = Target("1,000 parts: first ÷ dlt Arrow, CPU", 0.7)
SMALL_UNCHANGED_OVER_DLT = Target("1,000 parts: unchanged ÷ dlt Arrow, CPU", 0.4)
FLEET = Target("1,000 dealers due at once, one worker of two processes", 2.0, unit=" min")
MEMORY = Target("peak above idle", 64.0, unit=" MB")


def show(title: str, rows: Sequence[tuple[str, ...]]) -> None:
    """Print the figures beside what is wanted."""
    if rows:
        table.show(title, HEADINGS, rows)
