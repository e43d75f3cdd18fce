"""Protection of upgrades: one at a time, short lock timeouts, and no unknown revisions."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

import click
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import event, text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError

# A statement waiting for a lock blocks all later ones on that table.
LOCK_TIMEOUT = "5s"
LOCK_NOT_AVAILABLE = "55P03"
RETRIES = 20
# Backoff between two attempts in seconds: the first and the maximum.
PAUSES = (0.5, 10.0)
# The longest time to wait for another upgrade, in seconds: that of a large index.
TIMEOUT = 3600.0
_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtext('migrations'))")


@contextmanager
def one_upgrade_at_a_time(engine: Engine) -> Iterator[None]:
    """Hold a lock that allows only one process to migrate this database."""
    with ExitStack() as held:
        if engine.dialect.name == "postgresql":
            connection = held.enter_context(engine.connect())
            _wait(lambda: _take(connection))
        elif path := engine.url.database:
            lock = held.enter_context(Path(f"{path}.migrating").open("a"))
            _wait(lambda: _take_file(lock))
        yield


def _wait(take: Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT
    is_reported = False
    while not take():
        if time.monotonic() > deadline:
            raise CommandError(f"Another upgrade of this database has not ended for {TIMEOUT:.0f} seconds.")
        if not is_reported:
            click.echo("Waiting for another upgrade of this database to end.", err=True)
            is_reported = True
        time.sleep(PAUSES[0])


def _take(connection: Connection) -> bool:
    """Take the lock until the transaction of a second connection ends.

    A session lock would be lost behind PgBouncer, which assigns each transaction any server connection. A
    statement that waits for the lock would hold a snapshot, and CREATE INDEX CONCURRENTLY of the other
    upgrade would wait for it: a deadlock. So the lock is polled, without a snapshot between attempts.
    """
    connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    if connection.scalar(_LOCK):
        return True
    connection.rollback()
    return False


def _take_file(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def migrating(engine: Engine) -> Iterator[Connection]:
    """Open a connection for migrations: SQLite may rebuild tables, PostgreSQL has a short lock timeout."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            event.listen(connection, "begin", _limit_lock_waits)
            yield connection
            return
        # Not as a statement of SQLAlchemy: within a transaction the pragma has no effect.
        driver = connection.connection.cursor()
        driver.execute("PRAGMA foreign_keys = OFF")
        try:
            yield connection
        finally:
            connection.rollback()
            driver.execute("PRAGMA foreign_keys = ON")


def _limit_lock_waits(connection: Connection) -> None:
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")


def retry_lock_timeouts(connection: Connection, run: Callable[[Connection], None]) -> None:
    """Run the migrations; if one gets no lock in time, release its locks, and retry."""
    for attempt in range(1, RETRIES + 1):
        try:
            run(connection)
            return
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE or attempt == RETRIES:
                raise
        connection.rollback()
        click.echo(f"A table stayed locked for {LOCK_TIMEOUT}; attempt {attempt + 1} of {RETRIES}.", err=True)
        time.sleep(min(PAUSES[0] * 2**attempt, PAUSES[1]))


def refuse_unknown_revisions(connection: Connection, script: ScriptDirectory) -> None:
    """Refuse a database that was upgraded by a version of the program with other migrations."""
    known = {revision.revision for revision in script.walk_revisions()}
    unknown = set(MigrationContext.configure(connection).get_current_heads()) - known
    connection.rollback()
    if unknown:
        raise CommandError(
            f"The database is at revision {', '.join(sorted(unknown))}, which this version of the program "
            "does not have. A newer version upgraded it: deploy that version, or restore an older backup."
        )
