"""What is asked of the simulation: how many workers a fleet needs, and what one slot of it uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from benchmarks.fleet.dealers import FleetDealer
from benchmarks.fleet.figures import Cost, Figures
from benchmarks.fleet.setting import Setting
from benchmarks.fleet.simulation import Outcome, simulate


def workers_needed(
    dealers: Sequence[FleetDealer], figures: Figures, setting: Setting, within: float
) -> tuple[int, Outcome] | None:
    """The fewest workers with which each dealer is done so many seconds after its slot, and how that goes.

    None where no number of workers is enough.
    """
    if least_seconds(dealers, setting) > within:
        return None

    def outcome(workers: int) -> Outcome:
        return simulate(dealers, figures, replace(setting, workers=workers))

    few, many = 0, 1
    while (found := outcome(many)).last > within:
        if many >= len(dealers):
            return None
        few, many = many, min(many * 2, len(dealers))
    while many - few > 1:
        middle = (few + many) // 2
        tried = outcome(middle)
        if tried.last > within:
            few = middle
        else:
            many, found = middle, tried
    return many, found


def least_seconds(dealers: Sequence[FleetDealer], setting: Setting) -> float:
    """What the limit of a login alone takes, for those of its dealers whose slot is last."""
    asked: Counter[tuple[int, float]] = Counter()
    for dealer in dealers:
        asked[dealer.login, dealer.slot] += dealer.requests
    return max((requests // setting.rate) * setting.window for requests in asked.values())


def cpu_seconds(dealers: Sequence[FleetDealer], cost: Cost) -> float:
    """CPU seconds of one run of each dealer."""
    codes = sum(len(dealer.codes) for dealer in dealers)
    return cost.of(len(dealers), codes, sum(dealer.full_pages for dealer in dealers))


def cores(dealers: Sequence[FleetDealer], cost: Cost, workers: int, outcome: Outcome) -> float:
    """Cores that are busy while every worker is."""
    return workers * cpu_seconds(dealers, cost) / outcome.worked
