"""Preemption: a run yields its worker to runs that have not begun.

It yields between two codes, where no work is lost: after its time slice, so that a short sync waits at most
for a slice of a long one; and while the rate of its login is used up and runs of other logins wait for a
worker, then also while it waits for the first page of a code.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from math import inf
from typing import Any, Final

from sqlalchemy import Select, case, select

from jobs.sources.source import Source
from jobs.sync.interruption import Interruption, RunInterrupted
from jobs.sync.lease import Lease
from webapp.core.run_states import RunState
from webapp.extensions import db
from webapp.models import Configuration, Dealer, Organization, Run

# Seconds without room in the rate budget from which yielding to another login is worthwhile.
LONG_WITHOUT_ROOM: Final = 3.0
LOOK_EVERY: Final = 1.0
# A run that continues within these seconds yielded without effect: Redis lost the waiting runs, or workers
# are just taking them. It then syncs a code before it yields because of its login again.
SOON_BACK: Final = 1.0

HELD_LONG = "it has had a worker for its share of time"
CROWDED = "the rate of its login is used up, or others wait for it"


class Preemption:
    """Decides for one run, from the moment its lease was acquired.

    `seconds` is the length of its time slice; 0: no limit. `service` returns the client that knows whether
    the login has room; it is called only if that matters.
    """

    def __init__(self, lease: Lease, dealer_id: int, seconds: float, service: Callable[[], Source]) -> None:
        self._is_soon_back = lease.waited < SOON_BACK
        self._dealer_id = dealer_id
        self._seconds = seconds
        self._end_of_slice = time.monotonic() + seconds
        self._service = service
        self._has_begun_a_code = False
        # Decided while a code is applied, it holds for the end of that code.
        self._decided: tuple[str | None] | None = None
        self._look_at = inf
        self._nobody_waits_until = self._has_room_until = 0.0

    def is_due(self) -> bool:
        """Return whether the run yields before its next code, which is not prefetched then."""
        self._decided = (self._reason(),)
        return self._decided[0] is not None

    def before_code(self) -> None:
        """Raise RunInterrupted if the run yields now."""
        (reason,) = self._decided or (self._reason(),)
        if reason is not None:
            raise RunInterrupted(Interruption.YIELDED, reason)
        self._decided, self._has_begun_a_code = None, True
        self._look_at = time.monotonic() + LONG_WITHOUT_ROOM

    def while_waiting(self) -> None:
        """Raise RunInterrupted if a first page waits for the login's rate and other logins have room."""
        if self._seconds and time.monotonic() >= self._look_at:
            self._look_at = time.monotonic() + LOOK_EVERY
            if self._is_crowded():
                raise RunInterrupted(Interruption.YIELDED, CROWDED)

    def got_page(self) -> None:
        """Stop checking until the next code: this one has pages that would have to be fetched again."""
        self._look_at = inf

    def _reason(self) -> str | None:
        """Return why the run yields now. What speaks against it is looked up once a second."""
        now = time.monotonic()
        is_over = self._has_begun_a_code and now >= self._end_of_slice
        if (
            not self._seconds
            or now < self._nobody_waits_until
            or (now < self._has_room_until and not is_over)
        ):
            return None
        others_wait = _finds_any(_not_begun())
        db.session.commit()
        if not others_wait:
            self._nobody_waits_until = now + LOOK_EVERY
            return None
        return HELD_LONG if is_over else self._reason_of_login(now)

    def _reason_of_login(self, now: float) -> str | None:
        is_soon_back, self._is_soon_back = self._is_soon_back, False
        if not is_soon_back and self._is_crowded():
            return CROWDED
        self._has_room_until = now + LOOK_EVERY * (not is_soon_back)
        return None

    def _is_crowded(self) -> bool:
        """Check the cheap condition first."""
        others_wait = _finds_any(_of_other_logins(self._dealer_id))
        db.session.commit()
        return others_wait and self._service().is_crowded(LONG_WITHOUT_ROOM)


def _finds_any(query: Select[Any]) -> bool:
    return db.session.scalar(query.limit(1)) is not None


def _not_begun() -> Select[Any]:
    return select(Run.id).where(Run.status == RunState.QUEUED, Run.attempt == 0)


def _of_other_logins(dealer_id: int) -> Select[Any]:
    """Select runs of other logins; an organization's login is that of all its dealers (R2)."""
    login = case((Organization.username.is_not(None), Organization.username), else_=Configuration.username)
    logins = (
        select(Dealer.id, login.label("login"))
        .join(Configuration, Configuration.dealer_id == Dealer.id)
        .outerjoin(Organization, Organization.id == Dealer.organization_id)
        .subquery()
    )
    own = select(logins.c.login).where(logins.c.id == dealer_id).scalar_subquery()
    return _not_begun().join(logins, logins.c.id == Run.dealer_id).where(logins.c.login != own)
