"""`python -m benchmarks.peers`: our sync beside other ways to do it, on one service, database and catalog."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import machine, table
from benchmarks.databases import Database, postgresql
from benchmarks.environment import environment
from benchmarks.measured import Errands, Measured, median
from benchmarks.peers.contestants import Contestant, contestants
from benchmarks.service import Service, service
from sandbox.samples.bulk import bulk_catalog, bulk_parts
from sandbox.start.samples import Commands

HEADINGS = ("a dealer's first sync", "wall s", "CPU s", "server CPU s", "peak MB", "wall", "CPU", "result")
MEGABYTE = 1_000_000


def main(words: list[str] | None = None) -> int:
    """Measure everybody; 1 where one did not come to the same result as ours."""
    chosen = _choices().parse_args(words)
    everybody = contestants()
    with tempfile.TemporaryDirectory(prefix="peers-") as place:
        # Open to others: under root PostgreSQL runs as a user of its own.
        folder = Path(place)
        folder.chmod(0o755)
        nowhere = environment("", "", folder)
        with postgresql(folder) as database, service(nowhere, folder) as serving:
            ring = Ring(database, serving, environment(database.url, serving.url, folder))
            ring.prepare(chosen.products, chosen.parts, folder)
            rounds = [[ring.measure(one) for one in everybody] for _ in range(chosen.repeats)]
    medians = [median(found) for found in zip(*rounds, strict=True)]
    print(f"\n{machine.described()}; PostgreSQL with its usual settings")
    print(f"{chosen.products:,} products, {chosen.parts:,} parts, no latency, median of {chosen.repeats}")
    print("\n".join(f"- {one.described}" for one in everybody), end="\n\n")
    rows = _rows(everybody, medians)
    print(f"{table.plain(HEADINGS, rows)}\n\n{table.markdown(HEADINGS, rows)}\n")
    return int(any(one.facts != medians[0].facts for found in rounds for one in found))


def _choices() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("--products", type=int, default=500_000, help="in the catalog (default 500,000)")
    parser.add_argument("--parts", type=int, default=50_000, help="of the dealer, all new (default 50,000)")
    parser.add_argument("--repeats", type=int, default=3, help="for the median (default 3)")
    return parser


class Ring:
    """The one database and service that all are measured on."""

    def __init__(self, database: Database, serving: Service, variables: dict[str, str]) -> None:
        self._database, self._serving, self._variables = database, serving, variables
        self._errands = Errands(variables, database.server)
        self._dealers = 0

    def prepare(self, products: int, parts: int, folder: Path) -> None:
        """Import the catalog, and have the service report the parts."""
        Commands(self._variables).run("db", "upgrade")
        catalog = folder / "catalog.csv"
        with catalog.open("w", encoding="utf-8", newline="") as file:
            bulk_catalog(file, products)
        self._errands.run("import", catalog)
        today = datetime.now(UTC).date()
        self._serving.serve(list(bulk_parts(parts, today=today, products=products)))

    def measure(self, one: Contestant) -> Measured:
        """One bringing in a new dealer's parts."""
        self._dealers += 1
        dealer = int(self._errands.run("dealer", f"Dealer {self._dealers}").facts["dealer"])
        self._database.settle()
        measured = one.run(dealer, self._database, self._serving, self._variables)
        print(f"{one.title}: {measured.seconds:.1f} s, {dict(measured.facts)}", file=sys.stderr, flush=True)
        return measured


def _rows(everybody: Sequence[Contestant], medians: Sequence[Measured]) -> list[tuple[str, ...]]:
    return [_row(one, measured, medians[0]) for one, measured in zip(everybody, medians, strict=True)]


def _row(one: Contestant, measured: Measured, ours: Measured) -> tuple[str, ...]:
    products, quantity = measured.facts["products"], measured.facts["quantity"]
    return (
        one.title,
        f"{measured.seconds:.1f}",
        f"{measured.cpu:.1f}",
        f"{measured.server_cpu or 0:.1f}",
        f"{measured.peak / MEGABYTE:.0f}",
        f"{measured.seconds / ours.seconds:.1f}×",
        f"{_cpu(measured) / _cpu(ours):.1f}×",
        f"{products:,} products, {quantity:,} pieces",
    )


def _cpu(measured: Measured) -> float:
    return measured.cpu + (measured.server_cpu or 0)


if __name__ == "__main__":
    sys.exit(main())
