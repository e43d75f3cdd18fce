"""`python -m benchmarks.faults`: disturbances survived, of disturbances tried, by their kind."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

from benchmarks import machine, table
from benchmarks.databases import KINDS
from benchmarks.faults import databases, outages, service, signals
from benchmarks.faults.ground import Ground, ground, hush
from benchmarks.faults.kills import kills
from benchmarks.faults.trials import Trial, rows, seconds
from sandbox.servers.redis import RedisServer

HEADINGS = ("disturbance", "tried", "survived", "s to resume", "longest", "when or which")
Campaign = Callable[[Ground], Iterator[Trial]]


def main(words: list[str] | None = None) -> int:
    """Disturb runs on each database; 1 where something was not survived."""
    chosen = _choices().parse_args(words)
    # Told to end it ends its workers first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    found = {kind: list(_on(kind, chosen)) for kind in chosen.databases}
    print(f"\n{machine.described()}\n")
    for kind, trials in found.items():
        print(f"{kind}\n\n{table.plain(HEADINGS, rows(trials))}\n")
        for trial in trials:
            if not trial.survived:
                print(f"NOT SURVIVED: {trial.kind}, {trial.what}: {'; '.join(trial.faults)}")
    every = [trial for trials in found.values() for trial in trials]
    killed = [trial for trial in every if trial.kind.startswith("kill -9")]
    print(f"kills survived of kills tried: {sum(one.survived for one in killed)} of {len(killed)}")
    print(f"all disturbances survived: {sum(one.survived for one in every)} of {len(every)}")
    print("seconds from crash to resumed, median and longest: {} {}".format(*seconds(killed)))
    return 0 if all(one.survived for one in every) else 1


def _choices() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="over all databases (default 200)")
    parser.add_argument(
        "--signals", type=int, default=5, help="SIGTERMs, and SIGSTOPs, a database (default 5)"
    )
    parser.add_argument("--service", choices=("all", "none"), default="all", help="faults of the service")
    parser.add_argument("--database-faults", choices=("all", "none"), default="all")
    parser.add_argument("--redis-outages", choices=("all", "none"), default="all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--databases", nargs="+", choices=KINDS, default=list(KINDS))
    return parser


def _on(kind: str, chosen: argparse.Namespace) -> Iterator[Trial]:
    for trial in chain(_runs_on(kind, chosen), _troubles_of(kind, chosen)):
        said = "survived" if trial.survived else f"NOT SURVIVED: {'; '.join(trial.faults)}"
        print(f"{kind}: {trial.kind}, {trial.what}: {said}", file=sys.stderr, flush=True)
        yield trial


def _runs_on(kind: str, chosen: argparse.Namespace) -> Iterator[Trial]:
    campaigns, with_outages = _campaigns(kind, chosen), chosen.redis_outages == "all"
    if not campaigns and not with_outages:
        return
    with tempfile.TemporaryDirectory(prefix="faults-") as place:
        # Open to others: under root PostgreSQL runs as a user of its own.
        folder = Path(place)
        folder.chmod(0o755)
        with (
            KINDS[kind](folder) as database,
            RedisServer(folder / "redis") as redis,
            ground(database.url, redis.url, folder) as made,
        ):
            hush()
            made.learn()
            for campaign in campaigns:
                yield from campaign(made)
            if with_outages:
                yield from outages.outages(made, redis, chosen.seed)


def _troubles_of(kind: str, chosen: argparse.Namespace) -> Iterator[Trial]:
    if chosen.database_faults == "all":
        yield from databases.troubles(kind, chosen.seed)


def _campaigns(kind: str, chosen: argparse.Namespace) -> list[Campaign]:
    share = chosen.kills // len(chosen.databases)
    seed = chosen.seed * 1_000 + list(KINDS).index(kind)
    wanted: list[Campaign] = []
    if share:
        wanted.append(lambda made: kills(made, share, seed))
    if chosen.signals:
        wanted.append(lambda made: signals.terminations(made, chosen.signals, seed))
        wanted.append(lambda made: signals.pauses(made, chosen.signals, seed))
    if chosen.service == "all":
        wanted.append(service.faults)
    return wanted


if __name__ == "__main__":
    sys.exit(main())
