"""What the database tells of requests that were sent lately, for a rate budget that Redis left alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import structlog
from flask import Flask
from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from webapp import clock
from webapp.extensions import db
from webapp.models import Configuration, Run, RunItem

log = structlog.get_logger(__name__)

# As many as no budget has room for.
ANY_NUMBER: Final = 1_000_000
# A run that began this recently, and stored no page yet, has sent its first requests at most. So has a check.
JUST_BEGUN: Final = timedelta(seconds=2)
FIRST_REQUESTS: Final = 4


class Senders:
    """Runs and checks under whatever login: one too many makes slower, one too few might make faster.

    It opens a connection of its own, so that it may be asked in any thread. Where the database does not
    answer, any number may have been sent.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app

    def sent(self, seconds: float) -> int:
        """At most how many requests were sent in the last `seconds`."""
        now = clock.now()
        return self._ask(lambda connection: _sent(connection, now, now - timedelta(seconds=seconds)))

    def senders(self) -> int:
        """At most how many runs are under way."""
        running = select(func.count()).where(Run.status == "running")
        return self._ask(lambda connection: int(connection.scalar(running) or 0))

    def _ask(self, question: Callable[[Connection], int]) -> int:
        try:
            with self._app.app_context(), db.engine.connect() as connection:
                return question(connection.execution_options(sqlite_begin="DEFERRED"))
        except SQLAlchemyError as error:
            log.warning("budget.unknown_senders", error=type(error).__name__)
            return ANY_NUMBER


def _sent(connection: Connection, now: datetime, since: datetime) -> int:
    # Counted with the first page that is stored, or with the failure.
    has_sent = select(RunItem.id).where(RunItem.run_id == Run.id, RunItem.requests > 0).exists()
    is_first = and_(Run.status == "running", Run.started_at > now - JUST_BEGUN, ~has_sent)
    lately = or_(
        and_(Run.status == "running", Run.heartbeat_at >= since),
        # Given back by a worker that was told to stop.
        and_(Run.status == "queued", Run.attempt > 0),
        and_(Run.finished_at >= since, has_sent),
    )
    firsts = func.coalesce(func.sum(case((is_first, 1), else_=0)), 0)
    runs, first = connection.execute(select(func.count(), firsts).where(lately)).one()
    checks = connection.scalar(select(func.count()).where(Configuration.checked_at >= since)) or 0
    return ANY_NUMBER if runs > first else int(first + checks) * FIRST_REQUESTS
