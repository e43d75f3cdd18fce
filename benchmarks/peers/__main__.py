"""`python -m benchmarks.peers`: our sync beside other ways to do it, on one service, database and catalog."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

from benchmarks import machine, table, targets
from benchmarks.databases import postgresql
from benchmarks.environment import environment
from benchmarks.measured import Measured, Workloads, median
from benchmarks.peers.competitors import Competitor, all_competitors
from benchmarks.service import service
from benchmarks.testbed import temporary_folder
from sandbox.samples.bulk import bulk_parts
from sandbox.start.commands import Commands

HEADINGS = ("a dealer's first sync", "wall s", "CPU s", "server CPU s", "peak MB", "wall", "CPU", "result")
MEGABYTE = 1_000_000
# Parts of a small dealer, which has targets of its own.
SMALL = 1_000
Rounds = list[list[Measured]]


def main(words: list[str] | None = None) -> int:
    """Measure every competitor; 1 if one did not come to the same result as ours."""
    options = _options().parse_args(words)
    competitors = all_competitors()
    rounds = _measure(competitors, options)
    medians = [median(found) for found in zip(*rounds, strict=True)]
    print(f"\n{machine.describe()}; PostgreSQL with its usual settings")
    print(f"{options.products:,} products, {options.parts:,} parts, no latency, median of {options.repeats}")
    print("\n".join(f"- {one.describe()}" for one in competitors))
    rows = [_row(one, measured, medians[0]) for one, measured in zip(competitors, medians, strict=True)]
    table.show("Beside other ways to do it", HEADINGS, rows)
    by_title = {one.title: measured for one, measured in zip(competitors, medians, strict=True)}
    targets.show("Targets", list(_targets(by_title, options.parts)))
    return int(any(one.facts != medians[0].facts for found in rounds for one in found))


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("--products", type=int, default=500_000, help="in the catalog (default 500,000)")
    parser.add_argument("--parts", type=int, default=50_000, help="of the dealer, all new (default 50,000)")
    parser.add_argument("--repeats", type=int, default=3, help="for the median (default 3)")
    return parser


def _measure(competitors: list[Competitor], options: argparse.Namespace) -> Rounds:
    """Rounds in which each competitor brings in the parts of a new dealer."""
    with (
        temporary_folder("peers") as folder,
        postgresql(folder) as database,
        service(environment("", "", folder), folder) as serving,
    ):
        variables = environment(database.url, serving.url, folder)
        Commands(variables).run("db", "upgrade")
        workloads = Workloads(variables, database)
        workloads.import_catalog(folder / "catalog.csv", options.products)
        today = datetime.now(UTC).date()
        serving.serve(list(bulk_parts(options.parts, today=today, products=options.products)))

        def measure_round() -> Iterator[Measured]:
            dealer = 0
            for competitor in competitors:
                if not competitor.is_again:
                    dealer = workloads.add_dealer(f"Dealer of {competitor.title}")
                database.settle()
                measured = competitor.run(dealer, database, serving, variables)
                print(
                    f"{competitor.title}: {measured.seconds:.1f} s, {dict(measured.facts)}",
                    file=sys.stderr,
                    flush=True,
                )
                yield measured

        return [list(measure_round()) for _ in range(options.repeats)]


def _targets(medians: dict[str, Measured], parts: int) -> Iterator[tuple[str, ...]]:
    ours, again = medians["our sync, with its reports"], medians["our sync again, unchanged"]
    dlt = medians["dlt, Arrow pages"]
    first = ours.total_cpu / dlt.total_cpu
    if parts <= SMALL:
        yield targets.SMALL_FIRST_OVER_DLT.row(first)
        yield targets.SMALL_UNCHANGED_OVER_DLT.row(again.total_cpu / dlt.total_cpu)
    else:
        yield targets.LARGE_FIRST_OVER_DLT.row(first)
        yield targets.LARGE_FIRST_OVER_DLT_WALL.row(ours.seconds / dlt.seconds)


def _row(one: Competitor, measured: Measured, ours: Measured) -> tuple[str, ...]:
    products, quantity = measured.facts["products"], measured.facts["quantity"]
    return (
        one.title,
        f"{measured.seconds:.2f}",
        f"{measured.cpu:.2f}",
        f"{measured.server_cpu or 0:.2f}",
        f"{measured.peak / MEGABYTE:.0f}",
        f"{measured.seconds / ours.seconds:.2f}×",
        f"{measured.total_cpu / ours.total_cpu:.2f}×",
        f"{products:,} products, {quantity:,} pieces",
    )


if __name__ == "__main__":
    sys.exit(main())
