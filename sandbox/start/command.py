"""Starts the program on one machine: `python -m sandbox.start [--reset] [--once]`."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from sandbox.servers.redis import RedisServer
from sandbox.start import once, ports, samples
from sandbox.start.commands import Commands, forking_commands
from sandbox.start.env import INSTANCE, KEYS, environment
from sandbox.start.program import Program, serve
from sandbox.start.run_beside import published_settings
from sandbox.start.state import DatabaseState
from sandbox.start.steps import step


def main() -> int:
    """Start everything; return 0 after Ctrl-C, 1 if it cannot start or the single sync failed."""
    chosen = _choices().parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        if chosen.reset:
            _reset()
        return _once() if chosen.once else _stay()
    except ports.PortsTaken as taken:
        print(taken, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nEverything has been ended.")
        return 130 if chosen.once else 0


def _choices() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bin/run", description="Starts web, worker, scheduler, Redis and a simulated Lightspeed."
    )
    parser.add_argument("--reset", action="store_true", help="start over: forget what is in instance/")
    parser.add_argument("--once", action="store_true", help="run one whole sync, print its summary, and end")
    return parser


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _reset() -> None:
    if os.environ.get("DATABASE_URL"):
        raise SystemExit("--reset empties the embedded database only; DATABASE_URL names another one")
    for path in (INSTANCE / "reports", INSTANCE / "redis", INSTANCE / "logs"):
        shutil.rmtree(path, ignore_errors=True)
    copies = INSTANCE.glob("inventory-report-run-*.csv")
    for path in [*INSTANCE.glob("app.sqlite3*"), *copies, INSTANCE / KEYS]:
        path.unlink(missing_ok=True)


def _once() -> int:
    with (
        tempfile.TemporaryDirectory(prefix="sync-redis-") as folder,
        _servers(ports.free_ports(), Path(folder)) as (program, commands, stored),
    ):
        ids = _prepare(program, commands, stored)
        program.start("worker", "jobs.worker", "control", "index", "sync", "scan")
        return once.sync(program, commands, stored, ids[samples.DEALERS[0].key])


def _stay() -> int:
    chosen = ports.fixed_ports()
    with (
        _servers(chosen, INSTANCE / "redis") as (program, commands, stored),
        published_settings(commands.environment),
    ):
        ids = _prepare(program, commands, stored)
        with step("Starting web, worker and scheduler"):
            serve(program, f"127.0.0.1:{chosen.web}")
        for dealer_id in ids.values():
            commands.run("sync", "queue", "--dealer", str(dealer_id), "--anyway")
        _introduce(chosen)
        return _watch(program)


@contextmanager
def _servers(chosen: ports.Ports, redis_folder: Path) -> Iterator[tuple[Program, Commands, DatabaseState]]:
    """Run Redis, unless REDIS_URL names one, and the simulator; both end after everything else."""
    around = environment(chosen)
    redis_folder.mkdir(parents=True, exist_ok=True)
    redis = None if os.environ.get("REDIS_URL") else RedisServer(redis_folder, chosen.redis, persistent=True)
    program = Program(around, INSTANCE / "logs")
    try:
        if redis:
            redis.start()
        program.start("simulator", "sandbox.simulator", "--port", str(chosen.simulator), "--sample")
        with forking_commands(around, INSTANCE / "logs" / "commands.log") as commands:
            yield program, commands, DatabaseState(around)
    finally:
        program.end()
        if redis:
            redis.stop()


def _prepare(program: Program, commands: Commands, stored: DatabaseState) -> dict[str, int]:
    """Migrate the database and load the samples if missing; return the sample dealers' ids."""
    with step("Preparing the database"):
        commands.run("db", "upgrade")
    ids = samples.load(commands, stored.dealers(), stored.people())
    program.wait_for("simulator", "3PA simulator at")
    return ids


def _introduce(chosen: ports.Ports) -> None:
    print(f"\n  http://127.0.0.1:{chosen.web}\n")
    print("\n".join(f"  {line}" for line in samples.logins()))
    print(f"\n  The simulated Lightspeed: http://127.0.0.1:{chosen.simulator}/_control/switches")
    print(
        f"  Logs: {INSTANCE / 'logs'}\n\n  A sync of each dealer is queued. Ctrl-C ends everything.",
        flush=True,
    )


def _watch(program: Program) -> int:
    while (name := program.ended()) is None:
        time.sleep(0.5)
    print(f"{name} has ended; the end of its log:\n{program.last_words(name)}", file=sys.stderr)
    return 1
