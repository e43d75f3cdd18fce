"""Work that is left for later while runs come first: its heartbeat, and the reasons to leave it."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import or_, select

from webapp.core.run_states import RunState
from webapp.extensions import db
from webapp.models import Run
from webapp.runs import lifecycle

# Seconds between two looks at the database.
LOOK_EVERY = 2.0


class GivesWay(Exception):
    """The work is left for later: the worker shuts down, or runs come first."""


class Watch:
    """Called at every wait, at least every half second. Raises GivesWay, or what `renew` raises.

    `renew` renews the lease of the work, which is for one dealer.
    """

    def __init__(
        self, renew: Callable[[], None], dealer_id: int, should_stop: Callable[[], bool], *, gives_way: bool
    ) -> None:
        self._renew = renew
        self._dealer_id = dealer_id
        self._should_stop = should_stop
        self._gives_way = gives_way
        self._next_look = 0.0

    def __call__(self) -> None:
        if self._should_stop():
            raise GivesWay
        if time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + LOOK_EVERY
        self._renew()
        if self._gives_way and _runs_come_first(self._dealer_id):
            raise GivesWay


def _runs_come_first(dealer_id: int) -> bool:
    """Return whether the dealer has a run, or any run waits for a worker."""
    waits = select(Run.id).where(Run.status == RunState.QUEUED, Run.attempt == 0).exists()
    found = db.session.scalar(select(or_(lifecycle.has_active_run(dealer_id), waits)))
    db.session.commit()
    return bool(found)
