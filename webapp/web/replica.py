"""A read replica for the pages that may be a moment behind: lists and searches (`DATABASE_REPLICA_URL`).

How far the replica has come is told by the tick, which every minute writes when it was done: whatever was
committed before that moment is there too. A browser that wrote later than that is answered by the primary,
so that nobody sees a change of their own undone; so is everybody while the replica is away or far behind.
All that is not a page marked here, all that writes, jobs and commands know the primary alone.
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

# A replica without a tick of the last minutes is behind, or nobody can tell.
STALE_AFTER: Final = timedelta(minutes=5)
# By so much the clocks of hosts may differ.
CLOCKS_DIFFER: Final = timedelta(seconds=10)
# Seconds between two looks at how far the replica has come. To know less than is there does no harm.
LOOK_EVERY: Final = 5.0
WROTE: Final = "wrote"


def register(app: Flask) -> None:
    """Have browsers remember when they last wrote."""
    app.extensions["replica"] = _Sight()
    app.after_request(_remember)


def may_serve(view: Callable[P, Answer]) -> Callable[P, Answer]:
    """Let the replica answer what a view reads. One that fails under way is left, and the primary asked."""

    @wraps(view)
    def answer(*args: P.args, **kwargs: P.kwargs) -> Answer:
        chosen = _chosen()
        if chosen is None:
            return view(*args, **kwargs)
        g.replica = chosen
        try:
            return view(*args, **kwargs)
        except OperationalError as error:
            # It went away, or took back what it was reading.
            _sight().note(None, type(error.orig).__name__)
        finally:
            g.pop("replica", None)
        db.session.rollback()
        return view(*args, **kwargs)

    return answer


def engine() -> Engine:
    """What this request reads from now, for a connection that outlives it."""
    return g.get("replica") or db.engine


def is_configured() -> bool:
    """Whether there is a replica at all."""
    return REPLICA in db.engines


def as_of() -> datetime | None:
    """The moment before which whatever was committed is in the replica; raises where it does not answer."""
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
    """How far the replica had come at the last look. One thread looks, the others do not wait for it."""

    def __init__(self) -> None:
        self._reached: datetime | None = None
        self._is_away = False
        self._at = -LOOK_EVERY
        self._looking = threading.Lock()

    def now(self) -> datetime | None:
        """The moment that it has reached; None while it is away."""
        if time.monotonic() - self._at >= LOOK_EVERY and self._looking.acquire(blocking=False):
            try:
                self.note(as_of())
            except SQLAlchemyError as error:
                self.note(None, type(error).__name__)
            finally:
                self._looking.release()
        return self._reached

    def note(self, reached: datetime | None, error: str | None = None) -> None:
        """Keep what was seen; only a change is logged."""
        self._reached, self._at = reached, time.monotonic()
        if (error is not None) != self._is_away:
            self._is_away = error is not None
            if error is not None:
                log.warning("replica.lost", error=error)
            else:
                log.info("replica.recovered")
