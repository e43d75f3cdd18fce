"""Bar charts drawn on the server: two series of counts, one above the other.

x and width are in percent of the drawing, y and height in pixels: text keeps its size at any width.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

# With fewer bars the others stay empty, so that one bar is not a wall.
LEAST_SLOTS: Final = 14
# Share of a slot that its bar takes.
FILLED: Final = 0.64
# Pixels from the top of the drawing: the largest tick and zero.
TOP: Final = 32
ZERO: Final = 192
STEPS: Final = 3
# Percent of the width from one day to the next, and that the last one needs.
DAY_SPACE: Final = 24
DAY_WIDTH: Final = 14


@dataclass(frozen=True)
class Bar:
    """One bar: its name, when it was, where it leads, and the counts of both series."""

    name: str
    when: str
    day: str
    url: str
    first: int
    second: int


@dataclass(frozen=True)
class Chart:
    """Bars, the oldest first, and the names of both series in the order of their counts."""

    bars: Sequence[Bar]
    series: tuple[str, str]

    @property
    def top(self) -> int:
        """Largest tick: a round number that no bar exceeds."""
        most = max((bar.first + bar.second for bar in self.bars), default=0)
        return STEPS * _round_up(max(1, -(-most // STEPS)))

    @property
    def ticks(self) -> list[int]:
        return [self.top * step // STEPS for step in range(STEPS, -1, -1)]

    @property
    def lines(self) -> list[float]:
        """Heights of the lines behind the bars, one for each tick."""
        return [self.top_of(tick) - 0.5 for tick in self.ticks]

    @property
    def days(self) -> list[tuple[float, str, str]]:
        """Days below the bars with their places in percent and anchors, far enough apart for a phone."""
        step = math.ceil(DAY_SPACE / self.slot)
        shown = [(self.inner_left(place), self.bars[place].day) for place in range(0, len(self.bars), step)]
        days = [(left, day, "start") for left, day in shown if left + DAY_WIDTH <= 100]
        return days or [(100 - self.slot * (1 - FILLED) / 2, bar.day, "end") for bar in self.bars[-1:]]

    @property
    def slot(self) -> float:
        return round(100 / max(len(self.bars), LEAST_SLOTS), 3)

    @property
    def inner_width(self) -> float:
        return round(self.slot * FILLED, 3)

    def left(self, place: int) -> float:
        """Return where the slot of a bar begins: the last one is at the right, where its values are."""
        return round(self.slot * (place + max(0, LEAST_SLOTS - len(self.bars))), 3)

    def inner_left(self, place: int) -> float:
        """Return where the bar begins within its slot."""
        return round(self.left(place) + self.slot * (1 - FILLED) / 2, 3)

    def height(self, count: int) -> float:
        """Return the pixels of a count."""
        return round((ZERO - TOP) * count / self.top, 1)

    def top_of(self, count: int) -> float:
        """Return the pixels from the top at which a count ends."""
        return round(ZERO - self.height(count), 1)

    def values(self, bar: Bar) -> str:
        """Format the counts of a bar: `4,981 synced, 667 skipped`."""
        first, second = (name.lower() for name in self.series)
        return f"{bar.first:,} {first}, {bar.second:,} {second}"


def _round_up(number: int) -> int:
    """Return the least of 1, 2, 2.5 and 5 times a power of ten that is not below a positive number."""
    power: int = 10 ** (len(str(number)) - 1)
    steps = (power, 2 * power, 5 * power // 2, 5 * power, 10 * power)
    return next(step for step in steps if step >= number)
