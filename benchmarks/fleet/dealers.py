"""The dealers of a simulated fleet: how many parts each reports, in which zone it is, and under which login.

Nothing is drawn by chance but the order: a fleet of a hundred has the same mixture of small and large as one
of ten thousand.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from statistics import NormalDist
from typing import Final, Literal

Scope = Literal["dealer", "organization", "all"]

PAGE: Final = 500
CODES: Final = 12
# Half of the dealers report fewer parts than the median, one in forty more than ten times as many.
MEDIAN, SPREAD, FEWEST, MOST = 5_000, 1.2, 300, 100_000
# Hours after the first zone's slot, and the share of dealers there: Eastern, Central, Mountain, Pacific,
# Alaska, Hawaii. An assumption, by how the population of the United States is spread.
ZONES: Final = ((0, 0.46), (1, 0.30), (2, 0.08), (3, 0.14), (4, 0.01), (5, 0.01))
ONE_ZONE: Final = ((0, 1.0),)
# Dealers that share the login of an organization.
ORGANIZATION: Final = 40


@dataclass(frozen=True)
class FleetDealer:
    """`codes` are the parts of each code, `slot` the seconds from the first zone's slot to the dealer's."""

    id: int
    slot: float
    login: int
    codes: tuple[int, ...]

    @property
    def requests(self) -> int:
        """How many requests one run sends."""
        return sum(len(pages(parts)) for parts in self.codes)

    @property
    def full_pages(self) -> float:
        """All parts, in pages."""
        return sum(self.codes) / PAGE


def pages(parts: int) -> list[float]:
    """How full each page of a code is that is asked for.

    One request proves the end behind a short page, also where the last full page is followed by an empty
    one; an empty list is requested twice (jobs/sources/lightspeed/cursor.py).
    """
    full, rest = divmod(parts, PAGE)
    return [1.0] * full + ([rest / PAGE, 0.0] if rest else [0.0] * 2)


def fleet(
    count: int,
    scope: Scope = "dealer",
    zones: Sequence[tuple[int, float]] = ZONES,
    organization: int = ORGANIZATION,
    seed: int = 1,
) -> list[FleetDealer]:
    """So many dealers with ids from 1, in an order that mixes sizes and zones."""
    chance = Random(seed)
    sizes, slots = _sizes(count), _slots(count, zones)
    chance.shuffle(sizes)
    chance.shuffle(slots)
    logins = {"dealer": 1, "organization": organization, "all": count}[scope]
    return [
        FleetDealer(place + 1, slots[place], place // logins, _over_codes(sizes[place]))
        for place in range(count)
    ]


def _sizes(count: int) -> list[int]:
    normal = NormalDist(math.log(MEDIAN), SPREAD)
    drawn = (round(math.exp(normal.inv_cdf((place + 0.5) / count))) for place in range(count))
    return [min(MOST, max(FEWEST, parts)) for parts in drawn]


def _slots(count: int, zones: Sequence[tuple[int, float]]) -> list[float]:
    slots: list[float] = []
    for hours, share in zones:
        slots += [hours * 3600.0] * round(share * count)
    return (slots + [0.0] * count)[:count]


def _over_codes(parts: int) -> tuple[int, ...]:
    """A dealer's first codes are the big ones: each has half, a third, a quarter of the first's parts."""
    whole = sum(1 / (place + 1) for place in range(CODES))
    return tuple(max(1, round(parts / (place + 1) / whole)) for place in range(CODES))
