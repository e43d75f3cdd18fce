"""Estimate of recent requests from the database, for the rate budget while Redis is unavailable."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import structlog
from flask import Flask
from sqlalchemy import and_, func, or_, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from webapp.core import clock
from webapp.core.run_states import RunState
from webapp.extensions import db
from webapp.models import Configuration, Run, RunItem

log = structlog.get_logger(__name__)

# As many as no budget has room for.
ANY_NUMBER: Final = 1_000_000
# What a run has sent beyond what is counted: each page, or its failure, is counted when it is stored, with
# the requests that prove an end behind it; the next is requested concurrently. Each may take a few tries.
# A check sends fewer.
UNCOUNTED: Final = 16


class RecentUsage:
    """Runs and checks under whatever login: one too many makes slower, one too few might make faster.

    It opens a connection of its own, so that it may be asked in any thread. Where the database does not
    answer, any number may have been sent.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app

    def sent(self, seconds: float) -> int:
        """At most how many requests were sent in the last `seconds`."""
        since = clock.now() - timedelta(seconds=seconds)
        return self._ask(lambda connection: _sent(connection, since))

    def senders(self) -> int:
        """At most how many runs are under way."""
        running = select(func.count()).where(Run.status == RunState.RUNNING)
        return self._ask(lambda connection: int(connection.scalar(running) or 0))

    def _ask(self, question: Callable[[Connection], int]) -> int:
        try:
            with self._app.app_context(), db.engine.connect() as connection:
                return question(connection.execution_options(sqlite_begin="DEFERRED"))
        except SQLAlchemyError as error:
            log.warning("lightspeed.sender_count_failed", error=type(error).__name__)
            return ANY_NUMBER


def _sent(connection: Connection, since: datetime) -> int:
    """All requests of every run that was at it since then, whenever sent, and what is not counted yet."""
    lately = or_(
        and_(Run.status == RunState.RUNNING, Run.heartbeat_at >= since),
        # Given back by a worker that was told to stop, or lately to let others go first.
        and_(
            Run.status == RunState.QUEUED,
            Run.attempt > 0,
            or_(Run.yielded_at.is_(None), Run.yielded_at >= since),
        ),
        and_(Run.finished_at >= since, Run.started_at.is_not(None)),
    )
    counted = func.coalesce(func.sum(RunItem.requests), 0)
    requests = connection.scalar(select(counted).join(Run, Run.id == RunItem.run_id).where(lately))
    runs = connection.scalar(select(func.count()).select_from(Run).where(lately)) or 0
    checks = connection.scalar(select(func.count()).where(Configuration.checked_at >= since)) or 0
    return int(requests or 0) + UNCOUNTED * (runs + checks)
