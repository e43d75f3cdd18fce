"""One workload in a process of its own, and what it took."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.databases import Database
from benchmarks.resources import server_cpu_seconds
from sandbox.samples.bulk import BULK_CODES, bulk_catalog
from webapp.settings.config import ROOT


@dataclass(frozen=True)
class Measured:
    """Seconds and bytes: wall and CPU of the process; of the database server, if any, CPU and what it
    wrote to its write-ahead log; and memory at the peak above that of the same process while idle.
    """

    seconds: float
    cpu: float
    server_cpu: float | None
    wal: int | None
    peak: int
    facts: Mapping[str, Any]

    @property
    def total_cpu(self) -> float:
        """CPU seconds of program and server together."""
        return self.cpu + (self.server_cpu or 0.0)


@dataclass(frozen=True)
class Workloads:
    """Runs workloads (benchmarks/workloads) of a checkout, by default this one, against one database."""

    environment: Mapping[str, str]
    database: Database
    checkout: Path = ROOT

    def import_catalog(self, path: Path, products: int, codes: int = len(BULK_CODES)) -> Measured:
        """Write a bulk catalog of so many products to a file, or those of some codes, and import it."""
        with path.open("w", encoding="utf-8", newline="") as file:
            bulk_catalog(file, products, codes)
        return self.run("import", path)

    def add_dealer(self, name: str, codes: int = len(BULK_CODES)) -> int:
        """A new dealer with every bulk code, or the first of them; the id."""
        # Earlier checkouts know only all codes.
        some = () if codes == len(BULK_CODES) else (codes,)
        return int(self.run("dealer", name, *some).facts["dealer"])

    def run(self, name: str, *arguments: object, settled: bool = True) -> Measured:
        """Run a workload on a settled database. Raises SystemExit with the error output of one that fails."""
        if settled:
            self.database.settle()
        command = [sys.executable, "-m", "benchmarks.workloads", name, *map(str, arguments)]
        return measure(name, command, self.environment, self.database, checkout=self.checkout)


def measure(
    title: str,
    command: Sequence[str],
    environment: Mapping[str, str],
    database: Database,
    stdin: str = "",
    checkout: Path = ROOT,
) -> Measured:
    """What a process takes that prints it in its last line, as JSON.

    Raises SystemExit with the error output of one that fails.
    """
    cpu, wal = server_cpu_seconds(database.server), database.wal_position()
    process = subprocess.run(
        list(command), cwd=checkout, env=dict(environment), input=stdin, capture_output=True, text=True
    )
    cpu_after = server_cpu_seconds(database.server)
    if process.returncode:
        raise SystemExit(f"{title} failed:\n{process.stderr.strip()[-2000:]}")
    printed = json.loads(process.stdout.splitlines()[-1])
    server_cpu = None if cpu is None or cpu_after is None else cpu_after - cpu
    written = None if wal is None else (database.wal_position() or wal) - wal
    return Measured(
        printed["seconds"], printed["cpu"], server_cpu, written, printed["peak"], printed["facts"]
    )


def median(several: Sequence[Measured]) -> Measured:
    """The median of each figure; the highest peak, and the facts of the last."""
    server = [one.server_cpu for one in several if one.server_cpu is not None]
    wal = [one.wal for one in several if one.wal is not None]
    return Measured(
        statistics.median(one.seconds for one in several),
        statistics.median(one.cpu for one in several),
        statistics.median(server) if server else None,
        round(statistics.median(wal)) if wal else None,
        max(one.peak for one in several),
        several[-1].facts,
    )
