"""`python -m benchmarks.memory`: whether a deployment fits dynos or containers of 512 MB (Linux, as root)."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import machine, table
from benchmarks.databases import DATABASES
from benchmarks.environment import environment
from benchmarks.measured import Workloads
from benchmarks.memory.deployment import HEADINGS, Deployment
from benchmarks.service import service
from benchmarks.testbed import temporary_folder
from sandbox.samples.bulk import bulk_parts
from sandbox.servers.redis import RedisServer
from sandbox.start.commands import Commands


def main(words: list[str] | None = None) -> int:
    """Measure on each database; 0 if every run succeeded and the kernel killed nothing."""
    options = _options().parse_args(words)
    print(machine.describe())
    failures = []
    with temporary_folder("memory") as folder:
        for kind in options.databases:
            failures += _measure(kind, folder, options)
    return int(bool(failures))


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__)
    parser.add_argument(
        "--limit", type=int, default=512, metavar="MB", help="of each of web, worker, scheduler"
    )
    parser.add_argument("--parts", type=int, default=100_000, help="of each dealer (default 100,000)")
    parser.add_argument("--products", type=int, default=500_000, help="in the catalog (default 500,000)")
    parser.add_argument("--syncs", type=int, default=2, help="at a time: WORKER_PROCESSES (default 2)")
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=list(DATABASES))
    return parser


def _measure(kind: str, parent: Path, options: argparse.Namespace) -> list[str]:
    folder = parent / kind
    folder.mkdir(mode=0o755)
    with (
        DATABASES[kind](folder) as database,
        RedisServer(folder / "redis") as redis,
        service(environment(database.url, "", folder), folder) as serving,
    ):
        variables = environment(database.url, serving.url, folder) | {
            "REDIS_URL": redis.url,
            "WORKER_PROCESSES": str(options.syncs),
        }
        today = datetime.now(UTC).date()
        serving.serve(list(bulk_parts(options.parts, today=today, products=options.products)))
        Commands(variables).run("db", "upgrade")
        workloads = Workloads(variables, database)
        workloads.import_catalog(folder / "catalog.csv", options.products)
        dealers = [workloads.add_dealer(f"Dealer {number + 1}") for number in range(options.syncs)]
        database.settle()
        deployment = Deployment(variables, folder, options.limit)
        deployment.measure(dealers)
    table.show(database.title, HEADINGS, deployment.rows)
    print("\n".join([*deployment.results, *deployment.failures]), flush=True)
    return deployment.failures


if __name__ == "__main__":
    sys.exit(main())
