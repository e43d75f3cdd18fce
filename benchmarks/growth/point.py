"""What was measured at one size, set beside the sizes before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

# A figure has grown where it is more than so many times what it was at the size before.
FLAT: Final = 1.25


@dataclass(frozen=True)
class Point:
    """A figure that should be the same at every size, and the unit that it is in."""

    size: int
    figure: float


@dataclass(frozen=True)
class Curve:
    """One figure over all sizes, the smallest first.

    `counts` are those of its sizes that are held against each other: where there are few parts, what a run
    takes in any case is most of it.
    """

    title: str
    unit: str
    points: Sequence[Point]
    counts_from: int = 1

    def ratios(self) -> list[float]:
        """Each figure to that of the smallest size."""
        return [point.figure / self.points[0].figure for point in self.points]

    def grown(self) -> list[Point]:
        """Where the figure is more than `FLAT` times what it was at the size before."""
        counted = [point for point in self.points if point.size >= self.counts_from]
        pairs = pairwise(counted)
        return [late for early, late in pairs if late.figure > early.figure * FLAT]

    def rows(self) -> Iterator[tuple[str, ...]]:
        """A line of the table for each size: the size, the figure, its ratio to the smallest's."""
        grown = self.grown()
        for point, ratio in zip(self.points, self.ratios(), strict=True):
            said = "grows" if point in grown else ""
            yield self.title, f"{point.size:,}", f"{point.figure:.4g} {self.unit}", f"{ratio:.2f}", said
