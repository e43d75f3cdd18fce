"""What one part costs, from a dealer with a thousand parts to one with a million."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.databases import KINDS, Database
from benchmarks.environment import environment
from benchmarks.growth.dealers import cpu
from benchmarks.growth.point import Curve, Point
from benchmarks.growth.serving import bulk
from benchmarks.measured import Errands, Measured, median
from sandbox.samples.bulk import bulk_catalog
from sandbox.servers.ports import free_port
from sandbox.start.samples import Commands

# Below this a run's own share of the time is not small beside that of its parts.
COUNTS_FROM: Final = 10_000


@dataclass(frozen=True)
class Grown:
    """The syncs of a dealer of one size: the first, and one that finds everything as it was."""

    parts: int
    first: Measured
    again: Measured


def measure(
    kind: str, sizes: Sequence[int], products: int, repeats: int, folder: Path
) -> Iterator[tuple[str, Grown]]:
    """The database's title, and what each size takes, the smallest first."""
    port = free_port()
    with KINDS[kind](folder) as database:
        variables = environment(database.url, f"http://127.0.0.1:{port}/lsapi", folder)
        Commands(variables).run("db", "upgrade")
        errands = Errands(variables, database.server)
        errands.run("import", _catalog(folder, products))
        for parts in sorted(sizes):
            with bulk(variables, folder, port, parts, products):
                rounds = [_round(database, errands, parts) for _ in range(repeats)]
            first, again = (median(some) for some in zip(*rounds, strict=True))
            yield database.title, Grown(parts, first, again)


def _catalog(folder: Path, products: int) -> Path:
    catalog = folder / "catalog.csv"
    with catalog.open("w", encoding="utf-8", newline="") as file:
        bulk_catalog(file, products)
    return catalog


def _round(database: Database, errands: Errands, parts: int) -> tuple[Measured, Measured]:
    dealer = errands.run("dealer", f"Dealer with {parts} parts").facts["dealer"]
    database.settle()
    first = errands.run("sync", dealer)
    database.settle()
    return first, errands.run("sync", dealer)


def curves(title: str, grown: Sequence[Grown]) -> list[Curve]:
    """Wall and CPU microseconds a part, of program and server together, of first and later syncs."""
    found = []
    for name in ("first", "again"):
        wall = [Point(one.parts, getattr(one, name).seconds / one.parts * 1e6) for one in grown]
        used = [Point(one.parts, cpu(getattr(one, name)) / one.parts * 1e6) for one in grown]
        found += [
            Curve(f"{title}, {name}, wall", "µs", wall, COUNTS_FROM),
            Curve(f"{title}, {name}, CPU", "µs", used, COUNTS_FROM),
        ]
    return found
