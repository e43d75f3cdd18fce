"""`benchmarks/run`: imports, syncs and searches, measured on each database."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from benchmarks import machine, table, targets
from benchmarks.databases import DATABASES
from benchmarks.environment import environment
from benchmarks.measured import Workloads
from benchmarks.service import service
from benchmarks.steps import FULL, HEADINGS, QUICK, Scale, Steps
from benchmarks.testbed import temporary_folder
from sandbox.start.commands import Commands


def main(words: list[str] | None = None) -> int:
    """Measure each database; 0 if every workload succeeded."""
    options = _options().parse_args(words)
    scale = _scale(options)
    with temporary_folder("benchmarks") as folder:
        tables = [_measure(kind, scale, folder) for kind in options.databases]
    print(f"\n{machine.describe()}")
    for title, rows, found in tables:
        table.show(title, HEADINGS, rows)
        targets.show(f"{title}: targets", found)
    return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks/run", description="Measures the sync.")
    parser.add_argument("--quick", action="store_true", help="100,000 products and 10,000 parts")
    parser.add_argument("--products", type=int, help=f"in the catalog (default {FULL.products:,})")
    parser.add_argument("--parts", type=int, help=f"of the dealer (default {FULL.parts:,})")
    parser.add_argument("--smaller", type=int, nargs="*", help="further numbers of parts")
    parser.add_argument("--paced-parts", type=int, help="from the service with latency")
    parser.add_argument("--latency", type=float, metavar="SECONDS", help=f"(default {FULL.latency})")
    parser.add_argument("--repeats", type=int, help=f"of the syncs, for the median (default {FULL.repeats})")
    parser.add_argument("--searches", type=int, help=f"how many (default {FULL.searches})")
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=list(DATABASES))
    return parser


def _scale(options: argparse.Namespace) -> Scale:
    fields = Scale.__dataclass_fields__
    given = {name: value for name, value in vars(options).items() if value is not None and name in fields}
    return replace(QUICK if options.quick else FULL, **given)


Rows = list[tuple[str, ...]]


def _measure(kind: str, scale: Scale, folder: Path) -> tuple[str, Rows, Rows]:
    with (
        DATABASES[kind](folder) as database,
        service(environment(database.url, "", folder), folder) as serving,
    ):
        variables = environment(database.url, serving.url, folder)
        Commands(variables).run("db", "upgrade")
        rows = []
        steps = Steps(Workloads(variables, database), serving, scale)
        for row in steps.rows(folder / "catalog.csv"):
            print(f"{database.title}: {'  '.join(row)}", file=sys.stderr, flush=True)
            rows.append(row)
        return database.title, rows, steps.targets


if __name__ == "__main__":
    sys.exit(main())
