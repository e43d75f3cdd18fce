"""Checks the simulation against real runs: the same dealers, queued at once, with the same workers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from benchmarks.fleet.dealers import FleetDealer
from benchmarks.fleet.figures import Figures
from benchmarks.fleet.ground import Ground
from benchmarks.fleet.setting import Setting
from benchmarks.fleet.simulation import Outcome, simulate

HEADINGS: Final = ("until so many dealers were done", "predicted s", "measured s", "difference", "")
# The simulation may be off by so much.
TOLERANCE: Final = 0.10


def real(ground: Ground, dealers: Sequence[FleetDealer], setting: Setting) -> Outcome:
    """Have the dealers synced for the first time without latency, and then again as the setting says."""
    ids = {ground.open(dealer.codes, f"login-{dealer.login}"): dealer.id for dealer in dealers}
    ground.sync(list(ids), setting.workers)
    passed = ground.sync(list(ids), setting.workers, setting.latency)
    return Outcome({ids[dealer_id]: ended for dealer_id, ended in passed.ended.items()}, math.nan, math.nan)


def predicted(dealers: Sequence[FleetDealer], figures: Figures, setting: Setting) -> Outcome:
    """The same, simulated."""
    return simulate(dealers, figures, setting, [0.0] * len(dealers))


def smaller(dealers: Sequence[FleetDealer], share: float) -> list[FleetDealer]:
    """The dealers with only this share of their parts, so that a check does not take an hour."""
    return [
        replace(dealer, slot=0.0, codes=tuple(max(1, round(parts * share)) for parts in dealer.codes))
        for dealer in dealers
    ]


def differences(predicted: Outcome, measured: Outcome) -> list[float]:
    """By how much of what was measured the last, the median and the 95th percentile are off."""
    pairs = zip(_points(predicted), _points(measured), strict=True)
    return [expected / seen - 1 for expected, seen in pairs]


def rows(predicted: Outcome, measured: Outcome) -> list[tuple[str, ...]]:
    """The table under `HEADINGS`."""
    found = zip(
        ("all of them", "half of them", "95 % of them"),
        _points(predicted),
        _points(measured),
        differences(predicted, measured),
        strict=True,
    )
    return [
        (
            name,
            f"{expected:.1f}",
            f"{seen:.1f}",
            f"{off:+.1%}",
            "" if abs(off) <= TOLERANCE else "too far off",
        )
        for name, expected, seen, off in found
    ]


def _points(outcome: Outcome) -> tuple[float, float, float]:
    return outcome.last, outcome.quantile(0.5), outcome.quantile(0.95)
