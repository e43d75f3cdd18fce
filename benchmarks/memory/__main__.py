"""`python -m benchmarks.memory`: can a deployment live in dynos or containers of 512 MB? Linux, as root."""

from __future__ import annotations

import argparse
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import machine, table
from benchmarks.databases import KINDS, Database
from benchmarks.environment import environment
from benchmarks.measured import Errands
from benchmarks.memory.trial import HEADINGS, Trial
from benchmarks.service import service
from sandbox.samples.bulk import bulk_catalog, bulk_parts
from sandbox.servers.redis import RedisServer
from sandbox.start.samples import Commands


def main(words: list[str] | None = None) -> int:
    """Measure on each database; 0 when every run succeeded and the kernel killed nothing."""
    chosen = _choices().parse_args(words)
    with tempfile.TemporaryDirectory(prefix="memory-") as place:
        # Open to others: under root PostgreSQL runs as a user of its own.
        folder = Path(place)
        folder.chmod(0o755)
        with (folder / "catalog.csv").open("w", encoding="utf-8", newline="") as file:
            bulk_catalog(file, chosen.products)
        print(f"{machine.described()}\n")
        trials = [_tell(_measure(kind, folder, chosen)) for kind in chosen.databases]
    return int(any(trial.faults for trial in trials))


def _tell(trial: Trial) -> Trial:
    print(f"{trial.title}\n\n{table.markdown(HEADINGS, trial.rows)}\n")
    print("\n".join([*trial.facts, *trial.faults]) + "\n", flush=True)
    return trial


def _choices() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__)
    parser.add_argument(
        "--limit", type=int, default=512, metavar="MB", help="of each of web, worker, scheduler"
    )
    parser.add_argument("--parts", type=int, default=100_000, help="of each dealer (default 100,000)")
    parser.add_argument("--products", type=int, default=500_000, help="in the catalog (default 500,000)")
    parser.add_argument("--syncs", type=int, default=2, help="at a time: WORKER_PROCESSES (default 2)")
    parser.add_argument("--databases", nargs="+", choices=KINDS, default=list(KINDS))
    return parser


def _measure(kind: str, folder: Path, chosen: argparse.Namespace) -> Trial:
    own = folder / kind
    own.mkdir(mode=0o755)
    (own / "redis").mkdir()
    with (
        KINDS[kind](own) as database,
        RedisServer(own / "redis") as redis,
        service(environment(database.url, "", own), own) as serving,
    ):
        around = environment(database.url, serving.url, own) | {
            "REDIS_URL": redis.url,
            "WORKER_PROCESSES": str(chosen.syncs),
        }
        today = datetime.now(UTC).date()
        serving.serve(list(bulk_parts(chosen.parts, today=today, products=chosen.products)))
        dealers = _prepare(database, around, folder / "catalog.csv", chosen.syncs)
        print(f"{database.title}: prepared", file=sys.stderr, flush=True)
        trial = Trial(database.title, around, own, chosen.limit)
        trial.carry_out(dealers)
        return trial


def _prepare(database: Database, around: dict[str, str], catalog: Path, dealers: int) -> list[int]:
    """A catalog, and dealers that the service knows; their ids."""
    Commands(around).run("db", "upgrade")
    errands = Errands(around, database.server)
    errands.run("import", catalog)
    opened = [errands.run("dealer", f"Dealer {number + 1}") for number in range(dealers)]
    database.settle()
    return [int(one.facts["dealer"]) for one in opened]


if __name__ == "__main__":
    sys.exit(main())
