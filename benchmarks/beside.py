"""`python -m benchmarks.beside CHECKOUT`: syncs of this checkout as multiples of another's, taken in turn.

Each has a database of its own, and both ask one service. The first, an unchanged and a slightly changed sync
of a new dealer are measured in each round.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from benchmarks import machine, table
from benchmarks.databases import DATABASES
from benchmarks.environment import environment
from benchmarks.measured import Measured, Workloads, median
from benchmarks.service import Service, service
from benchmarks.testbed import temporary_folder
from sandbox.samples.bulk import bulk_parts, changed
from sandbox.simulator.parts import Part
from webapp.settings.config import ROOT

HEADINGS: Final = ("database", "sync", "CPU s, beside", "CPU s, here", "here ÷ beside")
SYNCS: Final = ("first", "unchanged", "1 % changed")
# A run may cost so much of what it cost before a feature was added.
MOST: Final = 1.05

# The measured syncs of one checkout, by name.
Round = dict[str, Measured]


def main(words: list[str] | None = None) -> int:
    """Measure on each database; 1 if a sync takes over 5 % more CPU than the other checkout's."""
    options = _options().parse_args(words)
    print(machine.describe(), flush=True)
    rows, is_slower = [], False
    for kind in options.databases:
        with temporary_folder("beside") as folder:
            for row, ratio in _compare(kind, folder, options):
                rows.append(row)
                is_slower |= ratio > MOST
    table.show(f"Syncs of {options.parts:,} parts", HEADINGS, rows)
    return int(is_slower)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.beside", description=__doc__)
    parser.add_argument("checkout", type=Path, help="the other checkout")
    parser.add_argument("--parts", type=int, default=100_000, help="of the dealer (default 100,000)")
    parser.add_argument("--products", type=int, default=200_000, help="of the catalog (default 200,000)")
    parser.add_argument("--rounds", type=int, default=5, help="(default 5)")
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=list(DATABASES))
    return parser


def _compare(kind: str, folder: Path, options: argparse.Namespace) -> Iterator[tuple[tuple[str, ...], float]]:
    parts = list(bulk_parts(options.parts, today=datetime.now(UTC).date(), products=options.products))
    with ExitStack() as stack:
        given = environment("sqlite://", "http://127.0.0.1:9/lsapi", folder)
        running = stack.enter_context(service(given, folder))
        both = [
            _ready(stack, kind, folder / name, checkout, running, options.products)
            for name, checkout in (("beside", options.checkout.resolve()), ("here", ROOT))
        ]
        rounds: list[list[Round]] = [[], []]
        for number in range(options.rounds):
            for place, workloads in enumerate(both):
                rounds[place].append(_round(workloads, running, parts, number))
    for name in SYNCS:
        beside, here = (median([one[name] for one in own]) for own in rounds)
        ratio = here.total_cpu / beside.total_cpu
        figures = f"{beside.total_cpu:.2f}", f"{here.total_cpu:.2f}", f"{ratio:.2f}"
        yield (kind, name, *figures), ratio


def _ready(
    stack: ExitStack, kind: str, folder: Path, checkout: Path, running: Service, products: int
) -> Workloads:
    """A database of the checkout's own with the catalog."""
    folder.mkdir()
    database = stack.enter_context(DATABASES[kind](folder))
    variables = environment(database.url, running.url, folder)
    upgrade = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
    subprocess.run(upgrade, cwd=checkout, env=variables, check=True, capture_output=True)
    workloads = Workloads(variables, database, checkout)
    workloads.import_catalog(folder / "catalog.csv", products)
    return workloads


def _round(workloads: Workloads, running: Service, parts: list[Part], number: int) -> Round:
    running.serve(parts)
    dealer = workloads.add_dealer(f"Dealer {number}")
    first, unchanged = workloads.run("sync", dealer), workloads.run("sync", dealer)
    running.restock([new for new, old in zip(changed(parts, 0.01), parts, strict=True) if new != old])
    return dict(zip(SYNCS, (first, unchanged, workloads.run("sync", dealer)), strict=True))


if __name__ == "__main__":
    sys.exit(main())
