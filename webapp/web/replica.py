"""Read replica for pages that tolerate replication lag: lists and searches (`DATABASE_REPLICA_URL`).

The tick writes its completion time every minute; the replica contains everything committed before the time
that it has received. A browser that wrote later is served by the primary, so that users always see their own
changes; so are all requests while the replica is unavailable or far behind. Unmarked pages, all writes, jobs
and commands use only the primary.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Final, ParamSpec, TypeVar

import structlog
from flask import Flask, Response, current_app, g, request, session
from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from webapp.core import clock
from webapp.extensions import db
from webapp.models import JobHeartbeat
from webapp.settings.database_settings import REPLICA
from webapp.web import job_heartbeats

log = structlog.get_logger(__name__)

P = ParamSpec("P")
Answer = TypeVar("Answer")

# A replica without a tick of the last minutes is behind, or its lag is unknown.
STALE_AFTER: Final = timedelta(minutes=5)
# The possible clock difference between hosts.
CLOCKS_DIFFER: Final = timedelta(seconds=10)
# Seconds between two checks of the replication lag. An outdated value is safe: it is too low.
LOOK_EVERY: Final = 5.0
WROTE: Final = "wrote"


def register(app: Flask) -> None:
    """Record in each browser's cookie when it last wrote."""
    app.extensions["replica"] = _Sight()
    app.after_request(_remember)


def may_serve(view: Callable[P, Answer]) -> Callable[P, Answer]:
    """Allow a view to read from the replica. If it fails during the request, the view is retried on the
    primary."""

    @wraps(view)
    def answer(*args: P.args, **kwargs: P.kwargs) -> Answer:
        chosen = _chosen()
        if chosen is None:
            return view(*args, **kwargs)
        g.replica = chosen
        try:
            return view(*args, **kwargs)
        except OperationalError as error:
            # It became unavailable, or cancelled a query because of a conflict with recovery.
            _sight().note(None, type(error.orig).__name__)
        finally:
            g.pop("replica", None)
        db.session.rollback()
        return view(*args, **kwargs)

    return answer


def engine() -> Engine:
    """Return the engine for this request's reads, for a connection that outlives it."""
    return g.get("replica") or db.engine


def is_configured() -> bool:
    """Return whether a replica is configured."""
    return REPLICA in db.engines


def as_of() -> datetime | None:
    """Return the time up to which the replica contains all commits; raises if it is unavailable."""
    with db.engines[REPLICA].connect() as connection:
        return connection.scalar(select(JobHeartbeat.done_at).where(JobHeartbeat.id == job_heartbeats.TICK))


def _chosen() -> Engine | None:
    found = db.engines.get(REPLICA)
    if found is None:
        return None
    reached = _sight().now()
    if reached is None or reached < clock.now() - STALE_AFTER or _wrote_after(reached):
        return None
    return found


def _wrote_after(moment: datetime) -> bool:
    wrote = session.get(WROTE)
    return wrote is not None and datetime.fromtimestamp(wrote, UTC) > moment - CLOCKS_DIFFER


def _remember(response: Response) -> Response:
    if request.method not in ("GET", "HEAD") and "_user_id" in session and is_configured():
        session[WROTE] = int(clock.now().timestamp())
    return response


def _sight() -> _Sight:
    sight: _Sight = current_app.extensions["replica"]
    return sight


class _Sight:
    """Last known position of the replica. One thread checks it; the others don't wait."""

    def __init__(self) -> None:
        self._reached: datetime | None = None
        self._is_away = False
        self._at = -LOOK_EVERY
        self._looking = threading.Lock()

    def now(self) -> datetime | None:
        """Return the time that the replica has reached; None while it is unavailable."""
        if time.monotonic() - self._at >= LOOK_EVERY and self._looking.acquire(blocking=False):
            try:
                self.note(as_of())
            except SQLAlchemyError as error:
                self.note(None, type(error).__name__)
            finally:
                self._looking.release()
        return self._reached

    def note(self, reached: datetime | None, error: str | None = None) -> None:
        """Record the result; only changes are logged."""
        self._reached, self._at = reached, time.monotonic()
        if (error is not None) != self._is_away:
            self._is_away = error is not None
            if error is not None:
                log.warning("replica.lost", error=error)
            else:
                log.info("replica.recovered")
