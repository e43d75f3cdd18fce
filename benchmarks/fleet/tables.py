"""The tables of what is simulated: a slot with given workers, and the workers that a fleet needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from benchmarks.fleet.answers import cores, least_seconds, workers_needed
from benchmarks.fleet.dealers import ONE_ZONE, ZONES, FleetDealer, Scope, fleet
from benchmarks.fleet.figures import Figures
from benchmarks.fleet.setting import Setting
from benchmarks.fleet.simulation import Outcome, simulate

SCOPES: Final[dict[str, Scope]] = {
    "a login each": "dealer",
    "a login for 40": "organization",
    "one login for all": "all",
}
PLACES: Final = {"one zone": ONE_ZONE, "six zones": ZONES}
SLOT_HEADINGS: Final = (
    *("dealers", "workers", "last min", "p50 min", "p95 min", "busy"),
    "logins and zones",
)
NEED_HEADINGS: Final = (
    *("dealers", "within min", "workers", "p95 min", "busy"),
    *("worker cores", "database cores", "logins and zones"),
)


@dataclass(frozen=True)
class Fleets:
    """Fleets of these sizes, on figures and a setting that is theirs but for the workers."""

    sizes: Sequence[int]
    figures: Figures
    setting: Setting

    def slots(self, workers: Sequence[int]) -> Iterator[tuple[str, ...]]:
        """One slot of each fleet with each number of workers."""
        for count in self.sizes:
            for title, dealers in _fleets(count):
                for few in workers:
                    setting = replace(self.setting, workers=few)
                    yield self._slot(title, dealers, few, simulate(dealers, self.figures, setting))

    def _slot(
        self, title: str, dealers: Sequence[FleetDealer], workers: int, outcome: Outcome
    ) -> tuple[str, ...]:
        times = (outcome.last, outcome.quantile(0.5), outcome.quantile(0.95))
        return (
            f"{len(dealers):,}",
            f"{workers:,}",
            *map(_minutes, times),
            f"{outcome.busy:.0%}",
            title,
        )

    def needs(self, within: Sequence[float]) -> Iterator[tuple[str, ...]]:
        """The workers of each fleet for which its last dealer is done within so many minutes."""
        for count in self.sizes:
            for title, dealers in _fleets(count):
                for minutes in within:
                    yield self._need(title, dealers, minutes)

    def _need(self, title: str, dealers: Sequence[FleetDealer], minutes: float) -> tuple[str, ...]:
        found = workers_needed(dealers, self.figures, self.setting, minutes * 60)
        asked = (f"{len(dealers):,}", f"{minutes:g}")
        if found is None:
            least = _minutes(least_seconds(dealers, self.setting))
            return (*asked, "none", *[""] * 4, f"{title}: its limit takes {least}")
        workers, outcome = found
        sides = (self.figures.worker_cpu, self.figures.database_cpu)
        return (
            *(*asked, f"{workers:,}", _minutes(outcome.quantile(0.95)), f"{outcome.busy:.0%}"),
            *(f"{cores(dealers, side, workers, outcome):.2f}" for side in sides),
            title,
        )


def _fleets(count: int) -> Iterator[tuple[str, list[FleetDealer]]]:
    for logins, scope in SCOPES.items():
        for place, zones in PLACES.items():
            yield f"{logins}, {place}", fleet(count, scope, zones)


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.1f}"
