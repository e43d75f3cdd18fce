"""`python -m benchmarks.previews`: what previews cost beside an unchanged run of the same dealer (R24)."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from benchmarks import machine, table
from benchmarks.databases import DATABASES, Database
from benchmarks.environment import environment
from benchmarks.measured import Measured, Workloads, median
from benchmarks.service import service
from benchmarks.testbed import application, temporary_folder
from sandbox.samples.bulk import bulk_parts, changed

HEADINGS: Final = (
    *("database", "parts", "what", "CPU s", "server CPU s", "total ÷ unchanged run", "total ÷ bare fetch"),
    "peak MB",
)
# Bulk parts have the same prices and quantities in both columns: only the buffer changes stock, all of it.
SETTINGS: Final = (
    {"clear_previous": False},
    {"pricing": "current_active"},
    {"quantity_column": "available"},
    {"without": 1},
    {"buffer_units": 1},
)


def main(words: list[str] | None = None) -> int:
    """Measure on each database; 0 if every preview was planned."""
    options = _options().parse_args(words)
    print(machine.describe(), flush=True)
    rows: list[tuple[str, ...]] = []
    for kind in options.databases:
        with temporary_folder("previews") as folder, DATABASES[kind](folder) as database:
            found = dict(_measure(database, folder, options))
            beside = found["unchanged run"], found["bare fetch"]
            rows += [_row(database, options.parts, what, one, *beside) for what, one in found.items()]
    table.show("Previews", HEADINGS, rows)
    return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.previews", description=__doc__)
    parser.add_argument("--parts", type=int, default=100_000, help="of the dealer (default 100,000)")
    parser.add_argument("--products", type=int, default=200_000, help="of the catalog (default 200,000)")
    parser.add_argument("--repeats", type=int, default=3, help="(default 3)")
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=list(DATABASES))
    return parser


def _measure(database: Database, folder: Path, options: argparse.Namespace) -> Iterator[tuple[str, Measured]]:
    parts = list(bulk_parts(options.parts, today=datetime.now(UTC).date(), products=options.products))
    given = environment(database.url, "http://127.0.0.1:9/lsapi", folder)
    with service(given, folder) as running, application(given):
        workloads = Workloads(given | {"LIGHTSPEED_API_URL": running.url}, database)
        workloads.import_catalog(folder / "catalog.csv", options.products)
        running.serve(parts)
        dealer = workloads.add_dealer("Dealer")
        workloads.run("sync", dealer)

        def several(name: str, *arguments: object) -> Measured:
            return median([workloads.run(name, dealer, *arguments) for _ in range(options.repeats)])

        yield "bare fetch", median([workloads.run("fetch") for _ in range(options.repeats)])
        yield "unchanged run", several("sync")
        yield "preview of an update, unchanged", several("preview", "run")
        for overrides in SETTINGS:
            (name, value), *_ = overrides.items()
            yield f"preview of {name} = {value}", several("preview", "settings", json.dumps(overrides))
        running.restock([new for new, old in zip(changed(parts, 0.01), parts, strict=True) if new != old])
        yield "preview of an update, 1 % changed", several("preview", "run")
        yield "run, 1 % changed", workloads.run("sync", dealer)


def _row(
    database: Database, parts: int, what: str, one: Measured, run: Measured, fetch: Measured
) -> tuple[str, ...]:
    server = "" if one.server_cpu is None else f"{one.server_cpu:.2f}"
    # A bare fetch asks no database; what the server takes beside it is its own.
    ratios = f"{one.total_cpu / run.total_cpu:.2f}", f"{one.total_cpu / fetch.cpu:.1f}"
    return database.title, f"{parts:,}", what, f"{one.cpu:.2f}", server, *ratios, f"{one.peak / 1e6:.0f}"


if __name__ == "__main__":
    sys.exit(main())
