"""Retries after a refusal of the database: a lock, a deadlock, a restart of the server."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import structlog

from jobs.concurrency import Waiting, sleep
from jobs.sync import lease
from webapp.extensions import db

log = structlog.get_logger(__name__)

T = TypeVar("T")

# Seconds before each retry.
PAUSES = (1.0, 5.0, 15.0)


def with_retries(step: Callable[[], T], waiting: Waiting) -> T:
    """Return the result of `step`, which is repeated while the database refuses it.

    What a refused step wrote is rolled back. `waiting` is called during the pauses and renews the heartbeat,
    which the database may refuse as well. Raises the database's error if the last try is refused, too.
    """
    pause, pauses = 0.0, iter(PAUSES)
    while True:
        try:
            if pause:
                sleep(pause, waiting)
            return step()
        except lease.REFUSED as error:
            db.session.rollback()
            again_in = next(pauses, None)
            log.warning("database.write_failed", error=type(error.orig or error).__name__, again_in=again_in)
            if again_in is None:
                raise
            pause = again_in
