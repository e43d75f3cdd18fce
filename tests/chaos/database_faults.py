"""Has the database restart, crash, stop, be locked, and run out of disk while a run is under way."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from benchmarks.snapshot import Snapshot, take_snapshot
from sandbox.servers.postgres import PostgresServer
from tests.chaos.harness import Harness
from tests.chaos.service_faults import shelf_of
from tests.chaos.trials import Trial, attempt
from tests.chaos.volume import Disk
from webapp.extensions import db

# Seconds: longer than a writer on SQLite waits, and than a worker retries what PostgreSQL refused.
LOCKED, STOPPED = 36.0, 25.0
Disturbance = Callable[[], None]
Disturbances = list[tuple[str, Disturbance]]


def of_postgresql(server: PostgresServer) -> Disturbances:
    """The quick ones first."""

    def crash() -> None:
        server.kill()
        server.start()

    def stop() -> None:
        server.stop()
        time.sleep(STOPPED)
        server.start()

    return [
        ("PostgreSQL restarted", server.restart),
        ("PostgreSQL killed", crash),
        (f"PostgreSQL stopped for {STOPPED:.0f} s", stop),
    ]


def of_sqlite(path: Path) -> Disturbances:
    """The quick ones first."""

    def read() -> None:
        with sqlite3.connect(path) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM shelf_stock").fetchall()
            time.sleep(2)
            reader.rollback()

    def lock(seconds: float) -> None:
        with sqlite3.connect(path, timeout=60) as writer:
            writer.execute("BEGIN IMMEDIATE")
            time.sleep(seconds)
            writer.rollback()

    return [
        ("SQLite locked by a writer for 3 s", lambda: lock(3.0)),
        ("SQLite read by one transaction for 2 s", read),
        (f"SQLite locked by a writer for {LOCKED:.0f} s", lambda: lock(LOCKED)),
    ]


def database_faults(harness: Harness, disturbances: Disturbances, random: Random) -> Iterator[Trial]:
    """Each disturbance at a random time of a run."""
    for what, disturb in disturbances:
        trial = Trial(what)
        harness.workers.replace()
        harness.workers.order(moment=0)
        run_id = harness.next_run()
        with attempt(harness, trial):
            harness.workers.work_horse()
            time.sleep(random.uniform(0.0, harness.seconds / 2))
            db.session.rollback()
            disturb()
            _resume(harness, run_id)
            trial.compare(harness, harness.finish(run_id))
        yield trial


def _resume(harness: Harness, run_id: int) -> None:
    """Wait until the run's own work-horse ends it or exits, then do as the tick does."""
    harness.workers.wait(
        lambda: not harness.workers.work_horses() or not harness.is_active(run_id), "the work-horse"
    )
    harness.workers.replace()
    status, attempt_number = harness.run(run_id)
    if status in ("queued", "running"):
        harness.take_over(run_id, attempt_number)


def full_disk(harness: Harness, disk: Disk) -> Trial:
    """No space on the disk until a write was refused."""
    trial = Trial("disk full until it refused a write")
    before = _refused_writes(harness)

    def is_refused() -> bool:
        return _refused_writes(harness) > before

    with attempt(harness, trial):
        run_id = _fill(harness, disk, lambda: is_refused() or not harness.workers.work_horses())
        # A work-horse that exits while leasing logs no refused write, and leaves the run as it was.
        trial.check(is_refused() or harness.is_active(run_id), "no write was refused")
        _resume(harness, run_id)
        trial.compare(harness, harness.finish(run_id))
    return trial


def disk_full_to_the_end(harness: Harness, disk: Disk) -> Trial:
    """No space on the disk until the run has failed or its work-horse has exited."""
    trial = Trial("disk full until the run ended")
    before = take_snapshot(harness.dealer_id, harness.last_run)
    with attempt(harness, trial):
        run_id = _fill(harness, disk, lambda: not harness.workers.work_horses())
        db.session.rollback()
        _check_whole_codes(harness, trial, before, take_snapshot(harness.dealer_id, run_id))
        _resume(harness, run_id)
        harness.finish(run_id)
        harness.finish(harness.next_run())
        trial.compare(harness, harness.finish(harness.next_run()))
    return trial


def _fill(harness: Harness, disk: Disk, until: Callable[[], object]) -> int:
    """Start a run, and leave no space until the condition is true; the id of the run."""
    harness.workers.replace()
    harness.workers.order(moment=0)
    run_id = harness.next_run()
    harness.workers.work_horse()
    _shorten_write_ahead_log(disk)
    disk.fill()
    try:
        harness.workers.wait(until, "the effect of a full disk", every=0.2)
    finally:
        disk.free()
    return run_id


def _refused_writes(harness: Harness) -> int:
    return harness.workers.log().count("database.write_failed")


def _shorten_write_ahead_log(disk: Disk) -> None:
    """SQLite overwrites its log, which takes no space: only an empty one has to grow."""
    for path in disk.folder.glob("*.sqlite3"):
        with sqlite3.connect(path, timeout=10) as connection:
            while connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                time.sleep(0.01)


def _check_whole_codes(harness: Harness, trial: Trial, before: Snapshot, snapshot: Snapshot) -> None:
    """Each code is wholly as before, or wholly as it should be (R13)."""
    for code in {row[2] for row in snapshot["shelf"]}:
        allowed = shelf_of(before, code), shelf_of(harness.reference, code)
        trial.check(shelf_of(snapshot, code) in allowed, f"{code} is partly applied")
