"""`python -m benchmarks.changes`: what the stored changes of a dealer's day take (R25).

Four runs a day, before each of which other parts get one more in stock.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psycopg

from benchmarks import machine, table
from benchmarks.databases import DATABASES, Database
from benchmarks.environment import environment
from benchmarks.measured import Workloads
from benchmarks.service import Service, service
from benchmarks.testbed import application, temporary_folder
from sandbox.samples.bulk import bulk_parts, changed
from sandbox.simulator.parts import Part

HEADINGS: Final = ("database", "parts", "changed in each run", "changes a day", "kB a day", "bytes a change")
SHARES: Final = (0.01, 0.2)
RUNS_A_DAY: Final = 4

_STORED: Final = """
    SELECT coalesce(sum(changes), 0), coalesce(sum(length(body) + length(largest)), 0) FROM item_changes
"""


def main(words: list[str] | None = None) -> int:
    """Measure on each database; 0 if every run succeeded."""
    options = _options().parse_args(words)
    print(machine.describe(), flush=True)
    rows: list[tuple[str, ...]] = []
    for kind in options.databases:
        with temporary_folder("changes") as folder, DATABASES[kind](folder) as database:
            rows += _measure(database, folder, options)
    table.show("Stored changes of a day", HEADINGS, rows)
    return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.changes", description=__doc__)
    parser.add_argument("--parts", type=int, default=100_000, help="of the dealer (default 100,000)")
    parser.add_argument("--products", type=int, default=200_000, help="of the catalog (default 200,000)")
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=list(DATABASES))
    return parser


def _measure(database: Database, folder: Path, options: argparse.Namespace) -> Iterator[tuple[str, ...]]:
    parts = list(bulk_parts(options.parts, today=datetime.now(UTC).date(), products=options.products))
    given = environment(database.url, "http://127.0.0.1:9/lsapi", folder)
    with service(given, folder) as running, application(given):
        workloads = Workloads(given | {"LIGHTSPEED_API_URL": running.url}, database)
        workloads.import_catalog(folder / "catalog.csv", options.products)
        running.serve(parts)
        dealer = workloads.add_dealer("Dealer")
        workloads.run("sync", dealer)
        for share in SHARES:
            before = _stored(database)
            for seed in range(RUNS_A_DAY):
                parts = _change(running, parts, share, seed)
                workloads.run("sync", dealer)
            changes, size = (now - then for now, then in zip(_stored(database), before, strict=True))
            figures = f"{changes:,}", f"{size / 1e3:,.0f}", f"{size / changes:.1f}"
            yield database.title, f"{options.parts:,}", f"{share:.0%}", *figures


def _change(running: Service, parts: list[Part], share: float, seed: int) -> list[Part]:
    after = changed(parts, share, seed)
    running.restock([new for new, old in zip(after, parts, strict=True) if new != old])
    return after


def _stored(database: Database) -> tuple[int, int]:
    """The number of all stored changes, and their bytes."""
    if database.server is None:
        with sqlite3.connect(database.url.removeprefix("sqlite:///")) as connection:
            changes, size = connection.execute(_STORED).fetchone()
    else:
        with psycopg.connect(database.url) as connection:
            changes, size = connection.execute(_STORED).fetchone() or (0, 0)
    return int(changes), int(size)


if __name__ == "__main__":
    sys.exit(main())
