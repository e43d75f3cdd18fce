"""Health checks of the program's dependencies, each independent and with a timeout."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Final

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app
from redis.exceptions import RedisError
from sqlalchemy import select, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from webapp.core import clock, queues
from webapp.core.redis_errors import describe
from webapp.extensions import db
from webapp.models import JobHeartbeat
from webapp.settings.config import ROOT
from webapp.web import job_heartbeats, replica

# Timeout of a check in seconds. The platform's own limit is some 5 to 10.
TIMEOUT: Final = 3.0
# The tick runs every minute; one may be delayed by a busy minute, three in a row are a failure.
TICK_WITHIN: Final = timedelta(minutes=5)
# A replica may lack the last tick for a moment; without two it is lagging.
REPLICA_WITHIN: Final = timedelta(seconds=90)


@dataclass(frozen=True)
class Finding:
    """Result of one check: `reason` is empty if it passed, and never contains an address or a login."""

    is_well: bool
    reason: str | None
    seconds: float


class CheckFailed(Exception):
    """A dependency is not in the expected state; the message says how."""


def _database() -> None:
    with _reading() as connection:
        connection.execute(text("SELECT 1"))


def _redis() -> None:
    queues.connection(timeout=TIMEOUT).ping()


def _migrations() -> None:
    with _reading() as connection:
        found = set(MigrationContext.configure(connection).get_current_heads())
    if found != _heads():
        raise CheckFailed("the database isn't migrated to this version")


def _tick() -> None:
    with _reading() as connection:
        last = connection.scalar(select(JobHeartbeat.done_at).where(JobHeartbeat.id == job_heartbeats.TICK))
    if last is None:
        raise CheckFailed("the tick has never finished; check that a scheduler and a worker are running")
    age = clock.now() - last
    if age > TICK_WITHIN:
        raise CheckFailed(f"the tick last finished {int(age.total_seconds())} seconds ago")


def _replica() -> None:
    reached = replica.as_of()
    with _reading() as connection:
        last = connection.scalar(select(JobHeartbeat.done_at).where(JobHeartbeat.id == job_heartbeats.TICK))
    behind = last - (reached or last) if last else timedelta(0)
    if behind > REPLICA_WITHIN:
        raise CheckFailed(f"the replica is {int(behind.total_seconds())} seconds behind")


def _reading() -> Connection:
    return db.engine.connect().execution_options(sqlite_begin="DEFERRED")


@cache
def _heads() -> set[str]:
    return set(ScriptDirectory(str(ROOT / "migrations")).get_heads())


CHECKS: Final[Mapping[str, Callable[[], None]]] = {
    "database": _database,
    "migrations": _migrations,
    "redis": _redis,
    "tick": _tick,
    "replica": _replica,
}
# Optional: without these everything works, only slower.
SPARED: Final = frozenset({"replica"})


def check_all(timeout: float = TIMEOUT) -> dict[str, Finding]:
    """Run all checks concurrently; one without a result after `timeout` seconds has failed."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    looks = {name: _begin(app, name) for name in CHECKS if name != "replica" or replica.is_configured()}
    deadline = time.monotonic() + timeout
    return {name: one.finding(max(0.0, deadline - time.monotonic())) for name, one in looks.items()}


class _Probe:
    """One check in a thread of its own: an unavailable database may block it for minutes."""

    def __init__(self, app: Flask, name: str) -> None:
        self._app, self._name = app, name
        self._found: Finding | None = None
        self._thread = threading.Thread(target=self._run, name=f"health-{name}", daemon=True)
        self._thread.start()

    @property
    def is_over(self) -> bool:
        return not self._thread.is_alive()

    def finding(self, within: float) -> Finding:
        self._thread.join(within)
        return self._found or Finding(False, "no response in time", within)

    def _run(self) -> None:
        begun = time.monotonic()
        reason = self._reason()
        self._found = Finding(reason is None, reason, time.monotonic() - begun)

    def _reason(self) -> str | None:
        try:
            with self._app.app_context():
                CHECKS[self._name]()
        except CheckFailed as found:
            return str(found)
        except RedisError as error:
            return describe(error)
        except (SQLAlchemyError, OSError) as error:
            # The message may contain an address or a login.
            return f"it isn't responding ({type(error).__name__})"
        return None


_under_way: dict[str, _Probe] = {}
_turn = threading.Lock()


def _begin(app: Flask, name: str) -> _Probe:
    """Start a check, or join the one still waiting for a result: checks must not accumulate."""
    with _turn:
        if name not in _under_way or _under_way[name].is_over:
            _under_way[name] = _Probe(app, name)
        return _under_way[name]
