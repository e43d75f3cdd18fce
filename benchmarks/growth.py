"""`python -m benchmarks.growth`: whether a part costs the same of 1,000 as of 1,000,000."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from benchmarks import machine, table, targets
from benchmarks.databases import DATABASES, Database
from benchmarks.environment import UNLIMITED, environment
from benchmarks.measured import Measured, Workloads, median
from benchmarks.service import start_service
from benchmarks.testbed import temporary_folder
from sandbox.samples.bulk import BULK_CODES
from sandbox.servers.ports import free_port
from sandbox.start.commands import Commands
from sandbox.start.program import Program

HEADINGS = ("sync", "parts", "wall µs a part", "CPU µs a part", "WAL bytes a part", "peak MB", "")
# Below this, the share of the run itself is not small beside that of its parts.
COUNTS_FROM = 10_000
# A figure has grown if it is more than so many times that of the size before.
FLAT = 1.25
Sizes = Mapping[int, Sequence[Measured]]


def main(words: list[str] | None = None) -> int:
    """Measure each database; 1 if the cost of a part grows with their number."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=list(DATABASES))
    parser.add_argument("--parts", type=int, nargs="+", default=[1_000, 10_000, 100_000, 1_000_000])
    # A million parts over twelve codes need a few products more than a million.
    parser.add_argument("--products", type=int, default=1_000_008, help="in the catalog (default 1,000,008)")
    parser.add_argument(
        "--codes", type=int, default=len(BULK_CODES), help="that have the parts (default 12); 1: one has all"
    )
    parser.add_argument("--repeats", type=int, default=1, help="of the syncs of each size (default 1)")
    options = parser.parse_args(words)
    if options.codes < len(BULK_CODES):
        options.products = -(-max(options.parts) // options.codes) * len(BULK_CODES)
    print(machine.describe(), flush=True)
    has_grown = False
    for kind in options.databases:
        with temporary_folder("growth") as folder, DATABASES[kind](folder) as database:
            sizes = _measure(database, folder, options)
        rows = list(_rows(sizes))
        table.show(database.title, HEADINGS, rows)
        targets.show(f"{database.title}: {options.codes} codes", list(_peaks(sizes)))
        has_grown = has_grown or any(row[-1] for row in rows)
    return int(has_grown)


def _measure(database: Database, folder: Path, options: argparse.Namespace) -> Sizes:
    """The first and an unchanged sync of each size."""
    port = free_port()
    variables = environment(database.url, f"http://127.0.0.1:{port}/lsapi", folder)
    Commands(variables).run("db", "upgrade")
    workloads = Workloads(variables, database)
    workloads.import_catalog(folder / "catalog.csv", options.products, options.codes)
    sizes = {}
    for parts in sorted(options.parts):
        program = Program(variables, folder / f"service-{parts}")
        bulk = "--bulk", str(parts), "--bulk-products", str(options.products)
        bulk += "--bulk-codes", str(options.codes)
        try:
            start_service(program, port, {"requests_per_minute": UNLIMITED}, *bulk)
            rounds = [_round(workloads, parts, options.codes) for _ in range(options.repeats)]
        finally:
            program.end()
        sizes[parts] = [median(some) for some in zip(*rounds, strict=True)]
    return sizes


def _round(workloads: Workloads, parts: int, codes: int) -> tuple[Measured, Measured]:
    dealer = workloads.add_dealer(f"Dealer with {parts} parts", codes)
    return workloads.run("sync", dealer), workloads.run("sync", dealer)


def _rows(sizes: Sizes) -> Iterator[tuple[str, ...]]:
    for place, sync in enumerate(("first", "unchanged")):
        above = grown({parts: measured[place].seconds for parts, measured in sizes.items()})
        for parts, measured in sizes.items():
            one = measured[place]
            costs = (one.seconds * 1e6, one.total_cpu * 1e6, one.wal or 0)
            per_part = (f"{cost / parts:.0f}" for cost in costs)
            yield sync, f"{parts:,}", *per_part, f"{one.peak / 1e6:.0f}", "grows" if parts in above else ""


def _peaks(sizes: Sizes) -> Iterator[tuple[str, ...]]:
    for parts, measured in sizes.items():
        title = f"{targets.MEMORY.title}, {parts:,} parts"
        peak = max(one.peak for one in measured) / 1e6
        yield replace(targets.MEMORY, title=title).row(peak)


def grown(seconds: Mapping[int, float]) -> list[int]:
    """The sizes at which a part costs more than `FLAT` times as much as at the size before."""
    counted = [(parts, seconds[parts] / parts) for parts in sorted(seconds) if parts >= COUNTS_FROM]
    return [parts for (_, before), (parts, cost) in pairwise(counted) if cost > before * FLAT]


if __name__ == "__main__":
    sys.exit(main())
