"""When a run lets others go first that have not begun yet: between two codes, where nothing is lost by it.

Once it has had its worker for long enough, so that a short sync waits for a slice of a long one at most, not
for all of it. And where the rate of its login is used up, or others wait for it already, while runs of other
logins wait for a worker: then also while it waits for the first page of a code.
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

# Seconds without room in the rate budget for which it is worth while to let another login go first.
LONG_WITHOUT_ROOM: Final = 3.0
LOOK_EVERY: Final = 1.0
# Seconds after which a run that gave way to nobody's use would be back: those who wait were lost by Redis, or
# are just being taken. It does a code then before it gives way for its login's sake again.
SOON_BACK: Final = 1.0

HELD_LONG = "it has had a worker for its share of time"
CROWDED = "the rate of its login is used up, or others wait for it"


class Preemption:
    """Decides for one run, from the moment at which a worker took it.

    `seconds` is how long it has the worker for itself; 0: until its end. `service` is asked, only where it
    matters, whether the login has room.
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

    def is_due(self) -> bool:
        """Whether the run gives way before its next code: nothing of that one is to be fetched then."""
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
        """The code has pages that would have to be fetched again: it is brought to its end."""
        self._look_at = inf

    def _reason(self) -> str | None:
        if not self._seconds or not _finds_any(_not_begun()):
            return None
        if self._has_begun_a_code and time.monotonic() >= self._end_of_slice:
            return HELD_LONG
        is_soon_back, self._is_soon_back = self._is_soon_back, False
        return CROWDED if not is_soon_back and self._is_crowded() else None

    def _is_crowded(self) -> bool:
        """First what costs nothing to know."""
        return _finds_any(_of_other_logins(self._dealer_id)) and self._service().is_crowded(LONG_WITHOUT_ROOM)


def _finds_any(wanted: Select[Any]) -> bool:
    found = db.session.scalar(wanted.limit(1)) is not None
    db.session.commit()
    return found


def _not_begun() -> Select[Any]:
    return select(Run.id).where(Run.status == RunState.QUEUED, Run.attempt == 0)


def _of_other_logins(dealer_id: int) -> Select[Any]:
    """R2: an organization's login is that of all its dealers."""
    login = case((Organization.username.is_not(None), Organization.username), else_=Configuration.username)
    logins = (
        select(Dealer.id, login.label("login"))
        .join(Configuration, Configuration.dealer_id == Dealer.id)
        .outerjoin(Organization, Organization.id == Dealer.organization_id)
        .subquery()
    )
    own = select(logins.c.login).where(logins.c.id == dealer_id).scalar_subquery()
    return _not_begun().join(logins, logins.c.id == Run.dealer_id).where(logins.c.login != own)
