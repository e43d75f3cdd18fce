"""`python -m benchmarks.imports`: the catalog import, first, unchanged, and with 1 % of its rows changed."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks import machine, table
from benchmarks.databases import DATABASES
from benchmarks.environment import environment
from benchmarks.measured import Measured, Workloads
from benchmarks.testbed import temporary_folder
from sandbox.samples.bulk import bulk_catalog
from webapp.settings.config import ROOT

HEADINGS = ("import", "wall s", "CPU s", "server CPU s", "total CPU s", "WAL MB", "peak MB", "beside")
# One row in so many has another name.
CHANGED_EVERY = 100


def main(words: list[str] | None = None) -> int:
    """Measure each database; 0 if every import succeeded."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.imports", description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000, help="of the catalog (default 200,000)")
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=list(DATABASES))
    parser.add_argument("--beside", type=Path, metavar="CHECKOUT", help="measured first, for comparison")
    options = parser.parse_args(words)
    print(machine.describe(), flush=True)
    for kind in options.databases:
        with temporary_folder("imports") as folder:
            files = _write_files(folder, options.rows)
            beside = _measure(kind, options.beside.resolve(), files) if options.beside else {}
            here = _measure(kind, ROOT, files)
        table.show(f"{kind}, {options.rows:,} rows", HEADINGS, list(_rows(here, beside)))
    return 0


def _write_files(folder: Path, rows: int) -> dict[str, Path]:
    """Write the catalog, and the same with one row in a hundred changed; return the file of each import."""
    catalog, changed = folder / "catalog.csv", folder / "changed.csv"
    with catalog.open("w", encoding="utf-8", newline="") as file:
        bulk_catalog(file, rows)
    with catalog.open(encoding="utf-8") as lines, changed.open("w", encoding="utf-8") as file:
        for number, line in enumerate(lines):
            *others, name, price = line.split(",")
            is_changed = number % CHANGED_EVERY == 1
            file.write(",".join([*others, f"{name} New" if is_changed else name, price]))
    return {"first": catalog, "unchanged": catalog, "1 % changed": changed}


def _measure(kind: str, checkout: Path, files: Mapping[str, Path]) -> dict[str, Measured]:
    """Import the files one after the other into an empty database, by the program of a checkout."""
    with temporary_folder("imports") as folder, DATABASES[kind](folder) as database:
        variables = environment(database.url, "", folder)
        upgrade = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
        subprocess.run(upgrade, cwd=checkout, env=variables, check=True, capture_output=True)
        workloads = Workloads(variables, database, checkout)
        return {what: workloads.run("import", file) for what, file in files.items()}


def _rows(here: Mapping[str, Measured], beside: Mapping[str, Measured]) -> Iterator[tuple[str, ...]]:
    """A row for each import; those of the other checkout first. Ours have its CPU seconds as a multiple."""
    for what, measured in beside.items():
        yield _row(f"{what}, beside", measured, "")
    for what, measured in here.items():
        other = beside.get(what)
        factor = f"{other.total_cpu / measured.total_cpu:.2f} times the CPU" if other else ""
        yield _row(what, measured, factor)


def _row(what: str, measured: Measured, remark: str) -> tuple[str, ...]:
    return (
        what,
        f"{measured.seconds:.2f}",
        f"{measured.cpu:.2f}",
        "" if measured.server_cpu is None else f"{measured.server_cpu:.2f}",
        f"{measured.total_cpu:.2f}",
        "" if measured.wal is None else f"{measured.wal / 1e6:.1f}",
        f"{measured.peak / 1e6:.0f}",
        remark,
    )


if __name__ == "__main__":
    sys.exit(main())
