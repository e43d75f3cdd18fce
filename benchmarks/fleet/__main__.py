"""`python -m benchmarks.fleet`: when the last dealer of a fleet is done, and how many workers a fleet needs.

Simulated, from what runs of this code were measured to take (`--measure` measures anew and keeps it).
`--check` syncs real dealers with real workers and compares.
"""

from __future__ import annotations

import argparse
import sys

from benchmarks import machine, table
from benchmarks.fleet import checking
from benchmarks.fleet.dealers import fleet
from benchmarks.fleet.figures import FILE, Figures, Measurement
from benchmarks.fleet.ground import ground
from benchmarks.fleet.measuring import measure
from benchmarks.fleet.setting import Setting
from benchmarks.fleet.tables import NEED_HEADINGS, SCOPES, SLOT_HEADINGS, Fleets

USUAL = Setting(workers=4)
FIGURE_HEADINGS = ("sync", "run ms", "code ms", "request ms", "fetch ms", "store ms", "apply ms", "")


def main(words: list[str] | None = None) -> int:
    """Simulate, measure or check; 1 where the simulation is not as close to real runs as it should be."""
    chosen = _choices().parse_args(words)
    setting = Setting(chosen.workers[0], chosen.latency, chosen.slice, chosen.rate)
    if chosen.check:
        return _check(chosen, setting)
    if chosen.measure:
        with ground(chosen.products) as made:
            measure(made, setting.workers, setting.latency).keep()
    kept = Measurement.kept()
    _tell(kept)
    fleets = Fleets(chosen.dealers, kept.first if chosen.first else kept.again, setting)
    _print("One slot", SLOT_HEADINGS, list(fleets.slots(chosen.workers)))
    _print("Workers that a fleet needs", NEED_HEADINGS, list(fleets.needs(chosen.within)))
    return 0


def _choices() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fleet", description=__doc__)
    parser.add_argument("--dealers", type=int, nargs="+", default=[100, 1_000, 10_000])
    parser.add_argument("--workers", type=int, nargs="+", default=[USUAL.workers, 16, 64])
    parser.add_argument(
        "--within", type=float, nargs="+", default=[60, 360], metavar="MINUTES", help="(default 60 and 360)"
    )
    parser.add_argument(
        "--latency", type=float, default=USUAL.latency, metavar="SECONDS", help=f"(default {USUAL.latency})"
    )
    parser.add_argument(
        "--slice", type=float, default=USUAL.slice, metavar="SECONDS", help=f"(default {USUAL.slice:g})"
    )
    parser.add_argument(
        "--rate", type=int, default=USUAL.rate, help=f"requests a minute and login (default {USUAL.rate})"
    )
    parser.add_argument("--first", action="store_true", help="with the figures of a dealer's first sync")
    parser.add_argument("--measure", action="store_true", help=f"anew, and keep it in {FILE.name}")
    parser.add_argument("--check", action="store_true", help="against real runs")
    parser.add_argument("--check-dealers", type=int, default=100, help="(default 100)")
    parser.add_argument("--check-scope", choices=SCOPES.values(), default="dealer")
    parser.add_argument(
        "--check-share", type=float, default=0.1, help="of a simulated dealer's parts (default 0.1)"
    )
    parser.add_argument(
        "--products", type=int, default=240_000, help="in the catalog of real runs (default 240,000)"
    )
    return parser


def _check(chosen: argparse.Namespace, setting: Setting) -> int:
    dealers = checking.smaller(fleet(chosen.check_dealers, chosen.check_scope), chosen.check_share)
    with ground(chosen.products) as made:
        measurement = measure(made, setting.workers, setting.latency)
        if chosen.measure:
            measurement.keep()
        _tell(measurement)
        measured = checking.real(made, dealers, setting)
    predicted = checking.predicted(dealers, measurement.again, setting)
    asked = sum(dealer.requests for dealer in dealers)
    title = (
        f"{len(dealers)} dealers, {asked:,} requests, {setting.workers} workers, {setting.latency:g} s each"
    )
    _print(title, checking.HEADINGS, checking.rows(predicted, measured))
    off = max(map(abs, checking.differences(predicted, measured)))
    return 0 if off <= checking.TOLERANCE else 1


def _tell(measurement: Measurement) -> None:
    rows = [
        _milliseconds("the first", measurement.first),
        _milliseconds("a later one", measurement.again),
    ]
    print(f"Measured on {measurement.machine}; simulated on {machine.described()}")
    _print("Of a worker, beside the service's answers", FIGURE_HEADINGS, rows)


def _milliseconds(name: str, figures: Figures) -> tuple[str, ...]:
    parts = (figures.run, figures.code, figures.request, figures.fetch, figures.store, figures.apply)
    return (name, *(f"{part * 1000:.1f}" for part in parts), "")


def _print(title: str, headings: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    print(f"\n{title}\n\n{table.plain(headings, rows)}\n\n{table.markdown(headings, rows)}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
