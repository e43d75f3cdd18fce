"""Has the database restart, crash, be away, be locked, and run out of disk while a run is under way."""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import psycopg

from benchmarks.faults.ground import Ground, InVain, ground, hush
from benchmarks.faults.left import Left, left
from benchmarks.faults.trials import Trial, judge, trying
from benchmarks.faults.volume import Volume, volume
from sandbox.servers.os_user import unprivileged_account
from sandbox.servers.postgres import PostgresServer
from sandbox.servers.redis import RedisServer
from webapp.extensions import db

# Seconds: longer than a writer on SQLite waits, and than a worker goes on trying what PostgreSQL refused.
LOCKED, AWAY = 36.0, 25.0
Disturb = Callable[[], None]


def troubles(kind: str, seed: int = 1) -> Iterator[Trial]:
    """Every trouble of that kind of database, on databases of their own."""
    with tempfile.TemporaryDirectory(prefix="faults-") as place:
        folder = Path(place)
        folder.chmod(0o755)
        with volume(folder / "volume") as small, RedisServer(folder / "redis") as redis:
            if small is None:
                print("disk full: not tried, as only root may mount a small one", file=sys.stderr)
            yield from _OF[kind](folder, redis.url, small, Random(seed))


def _of_postgresql(folder: Path, redis_url: str, small: Volume | None, chance: Random) -> Iterator[Trial]:
    with PostgresServer(folder / "server") as server:
        with _ready(server.create_database("troubles"), redis_url, folder / "troubles") as made:
            for _ in range(2):
                yield _tried(made, "PostgreSQL restarted", _at_some_time(made, chance, server.restart))
                yield _tried(made, "PostgreSQL killed", _at_some_time(made, chance, _crash(server)))
            yield _tried(
                made, f"PostgreSQL away for {AWAY:.0f} s", _at_some_time(made, chance, _leave(server))
            )
        if small is not None:
            with _ready(_in_tablespace(server, small), redis_url, folder / "small") as made:
                yield from _on_a_full_disk(made, small)


def _of_sqlite(folder: Path, redis_url: str, small: Volume | None, chance: Random) -> Iterator[Trial]:
    path = folder / "troubles.sqlite3"
    with _ready(f"sqlite:///{path}", redis_url, folder / "troubles") as made:
        locked = _at_some_time(made, chance, lambda: _lock(path))
        yield _tried(made, f"SQLite locked by a writer for {LOCKED:.0f} s", locked)
        with sqlite3.connect(path) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM shelf_stock").fetchall()
            yield _tried(made, "SQLite read by one transaction throughout", lambda: None)
            reader.rollback()
    if small is not None:
        with _ready(f"sqlite:///{small.folder / 'small.sqlite3'}", redis_url, folder / "small") as made:
            yield from _on_a_full_disk(made, small)


_OF = {"postgresql": _of_postgresql, "sqlite": _of_sqlite}


@contextmanager
def _ready(database_url: str, redis_url: str, folder: Path) -> Iterator[Ground]:
    folder.mkdir()
    with ground(database_url, redis_url, folder) as made:
        hush()
        made.learn()
        yield made


def _tried(made: Ground, what: str, disturb: Disturb) -> Trial:
    trial = Trial("database", what)
    made.staff()
    made.order(moment=0)
    run_id = made.next_run()
    made.horse()
    with trying(made, trial):
        disturb()
        back = time.monotonic()
        _resume(made, run_id)
        trial.resumed = time.monotonic() - back
        judge(made, trial, made.finish(run_id))
    return trial


def _resume(made: Ground, run_id: int) -> None:
    """Wait for the run's own horse to leave or end it, then do as the tick does."""
    made.wait(lambda: not made.horses() or made.run(run_id)[0] not in ("queued", "running"), "the horse")
    made.staff()
    status, attempt = made.run(run_id)
    if status in ("queued", "running"):
        made.take_over(run_id, attempt)


def _at_some_time(made: Ground, chance: Random, disturb: Disturb) -> Disturb:
    def later() -> None:
        time.sleep(chance.uniform(0.0, made.seconds / 2))
        db.session.rollback()
        disturb()

    return later


def _crash(server: PostgresServer) -> Disturb:
    def crash() -> None:
        server.kill()
        server.start()

    return crash


def _leave(server: PostgresServer) -> Disturb:
    def leave() -> None:
        server.stop()
        time.sleep(AWAY)
        server.start()

    return leave


def _lock(path: Path) -> None:
    with sqlite3.connect(path, timeout=60) as writer:
        writer.execute("BEGIN IMMEDIATE")
        time.sleep(LOCKED)
        writer.rollback()


def _in_tablespace(server: PostgresServer, small: Volume) -> str:
    """A database on the small disk; the server's log of changes is elsewhere."""
    place = small.folder / "tablespace"
    place.mkdir()
    if account := unprivileged_account():
        account.takes(place)
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"CREATE TABLESPACE small LOCATION '{place}'")
        connection.execute("CREATE DATABASE small TEMPLATE template0 ENCODING 'UTF8' TABLESPACE small")
    return server.url.rsplit("/", 1)[0] + "/small"


def _on_a_full_disk(made: Ground, small: Volume) -> Iterator[Trial]:
    yield _tried(made, "disk full until it refused once", lambda: _fill(made, small, "database.write_failed"))
    trial = Trial("database", "disk full until the run was given up or left")
    try:
        _until_given_up(made, small, trial)
    except InVain as vain:
        trial.faults.append(str(vain))
    yield trial


def _fill(made: Ground, small: Volume, until: str) -> None:
    """Fill the disk until the workers' log says so, or the run's horse has left: it may be at its claim."""
    _truncate_log(small)
    log = made.folder / "workers.log"
    said = log.read_text(errors="replace").count(until)
    small.fill()
    try:
        made.wait(
            lambda: not made.horses() or log.read_text(errors="replace").count(until) > said, until, every=0.2
        )
    finally:
        small.free()


def _truncate_log(small: Volume) -> None:
    """SQLite writes over its log of changes, which takes no room: only one that is empty has to grow."""
    for path in small.folder.glob("*.sqlite3"):
        with sqlite3.connect(path, timeout=10) as connection:
            while connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                time.sleep(0.01)


def _until_given_up(made: Ground, small: Volume, trial: Trial) -> None:
    before = left(made.dealer_id, made.last_run)
    made.staff()
    made.order(moment=0)
    run_id = made.next_run()
    made.horse()
    _truncate_log(small)
    small.fill()
    try:
        made.wait(lambda: not made.horses(), "the end of the run, or its horse's leaving", every=0.5)
    finally:
        small.free()
    db.session.rollback()
    found = left(made.dealer_id, run_id)
    trial.faults += _half_applied(before, found, made.references[made.turn % 2])
    _resume(made, run_id)
    made.finish(run_id)
    made.finish(made.next_run())
    judge(made, trial, made.finish(made.next_run()))


def _half_applied(before: Left, found: Left, reference: Left) -> list[str]:
    """Each code is wholly as before, or wholly as it should be."""
    return [
        f"{code} is half applied"
        for code in {row[2] for row in found["shelf"]}
        if _of(found, code) not in (_of(before, code), _of(reference, code))
    ]


def _of(one: Left, code: str) -> list[tuple[object, ...]]:
    return [row for row in one["shelf"] if row[2] == code]
