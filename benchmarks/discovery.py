"""`python -m benchmarks.discovery`: finding a new dealer's codes, and whether first suggestions are right.

The catalog's manufacturers overlap on purpose (sandbox/samples/many_codes.py), and the sample knows what each
code really is. The service answers at once, and nothing limits the rate.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

from benchmarks import machine, table
from benchmarks.databases import DATABASES, Database
from benchmarks.environment import environment
from benchmarks.measured import Measured, Workloads
from benchmarks.service import service
from benchmarks.testbed import application, temporary_folder
from sandbox.samples.many_codes import ManyCodes

HEADINGS = (
    *("database", "codes", "parts", "products", "requests", "scan and suggestions, s"),
    *("of that suggestions, s", "memory, MB", "first suggestion right"),
)
# Least share of codes whose first suggestion is right.
TARGET = 0.95


def main(words: list[str] | None = None) -> int:
    """Measure on each database; 1 if too few first suggestions are right."""
    options = _options().parse_args(words)
    print(machine.describe(), flush=True)
    dealer = ManyCodes(options.codes, options.parts, options.products)
    rows, are_right = [], True
    for title, measured in _measure(dealer, options.databases):
        share = _share_right(dealer, measured)
        are_right = are_right and share >= TARGET
        rows.append(_row(title, dealer, measured, share))
    table.show("Codes of a new dealer", HEADINGS, rows)
    return int(not are_right)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.discovery", description=__doc__)
    parser.add_argument("--codes", type=int, default=60, help="(default 60)")
    parser.add_argument("--parts", type=int, default=20_000, help="in stock (default 20,000)")
    parser.add_argument("--products", type=int, default=1_000_000, help="of the catalog (default 1,000,000)")
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=list(DATABASES))
    return parser


def _measure(dealer: ManyCodes, databases: list[str]) -> Iterator[tuple[str, Measured]]:
    for kind in databases:
        with temporary_folder("discovery") as folder, DATABASES[kind](folder) as database:
            yield database.title, _scan(dealer, database, folder)


def _scan(dealer: ManyCodes, database: Database, folder) -> Measured:
    given = environment(database.url, "http://127.0.0.1:9/lsapi", folder)
    with service(given, folder) as running, application(given):
        workloads = Workloads(given | {"LIGHTSPEED_API_URL": running.url}, database)
        path = folder / "catalog.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            dealer.write_catalog(file)
        workloads.run("import", path)
        running.serve(list(dealer.stock(datetime.now(UTC).date())))
        return workloads.run("scan")


def _share_right(dealer: ManyCodes, measured: Measured) -> float:
    truth, first = dealer.truth(), measured.facts["first"]
    return sum(1 for code, name in truth.items() if first.get(code) == name) / len(truth)


def _row(title: str, dealer: ManyCodes, measured: Measured, share: float) -> tuple[str, ...]:
    facts = measured.facts
    return (
        title,
        f"{facts['codes']:,}",
        f"{facts['parts']:,}",
        f"{dealer.products:,}",
        f"{facts['requests']:,}",
        f"{measured.seconds:.1f}",
        f"{facts['evaluation']:.1f}",
        f"{measured.peak / 1e6:.0f}",
        f"{share:.0%}",
    )


if __name__ == "__main__":
    sys.exit(main())
