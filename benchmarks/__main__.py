"""`benchmarks/run`: measures, and prints a table for the terminal and for the README."""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from benchmarks import machine, table
from benchmarks.databases import KINDS
from benchmarks.environment import environment
from benchmarks.lines import HEADINGS, Line
from benchmarks.measured import Errands
from benchmarks.measuring import Measuring
from benchmarks.scale import FULL, QUICK, Scale
from benchmarks.service import service
from sandbox.samples.bulk import bulk_catalog
from sandbox.start.samples import Commands


def main(words: list[str] | None = None) -> int:
    """Measure each database; 0 when all of it was carried out."""
    chosen = _choices().parse_args(words)
    scale = _scale(chosen)
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as place:
        # Open to others: under root PostgreSQL runs as a user of its own.
        folder = Path(place)
        folder.chmod(0o755)
        catalog = folder / "catalog.csv"
        with catalog.open("w", encoding="utf-8", newline="") as file:
            bulk_catalog(file, scale.products)
        measured = [_measure(kind, scale, folder, catalog) for kind in chosen.databases]
    print(f"\n{machine.described()}\n")
    for title, lines in measured:
        rows = [line.cells() for line in lines]
        print(f"{title}\n\n{table.plain(HEADINGS, rows)}\n\n{table.markdown(HEADINGS, rows)}\n")
    return 0


def _choices() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks/run", description="Measures the sync.")
    parser.add_argument("--quick", action="store_true", help="100,000 products and 10,000 parts")
    parser.add_argument("--products", type=int, help=f"in the catalog (default {FULL.products:,})")
    parser.add_argument("--parts", type=int, help=f"of the dealer (default {FULL.parts:,})")
    parser.add_argument("--smaller", type=int, nargs="*", help="further numbers of parts")
    parser.add_argument("--paced-parts", type=int, help="from the service with latency")
    parser.add_argument("--latency", type=float, metavar="SECONDS", help=f"(default {FULL.latency})")
    parser.add_argument("--repeats", type=int, help=f"of the syncs, for the median (default {FULL.repeats})")
    parser.add_argument("--searches", type=int, help=f"how many (default {FULL.searches})")
    parser.add_argument("--databases", nargs="+", choices=KINDS, default=list(KINDS))
    return parser


def _scale(chosen: argparse.Namespace) -> Scale:
    given = {
        name: value
        for name, value in vars(chosen).items()
        if value is not None and name in Scale.__dataclass_fields__
    }
    if "smaller" in given:
        given["smaller"] = tuple(given["smaller"])
    return replace(QUICK if chosen.quick else FULL, **given)


def _measure(kind: str, scale: Scale, folder: Path, catalog: Path) -> tuple[str, list[Line]]:
    with KINDS[kind](folder) as database, service(environment(database.url, "", folder), folder) as serving:
        surroundings = environment(database.url, serving.url, folder)
        Commands(surroundings).run("db", "upgrade")
        measuring = Measuring(database, Errands(surroundings, database.server), serving, scale)
        lines = []
        for line in measuring.lines(catalog):
            _tell(f"{database.title}: {'  '.join(line.cells())}")
            lines.append(line)
        return database.title, lines


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
