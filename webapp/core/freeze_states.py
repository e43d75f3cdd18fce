"""States of a freeze (R26). Pure.

| from | to | when |
| --- | --- | --- |
| planned | active | its time has come |
| planned, active | released | a user releases it |
| active | ended | its end has come |
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum


class FreezeState(StrEnum):
    """State of a freeze."""

    PLANNED = "planned"
    ACTIVE = "active"
    ENDED = "ended"
    RELEASED = "released"


def state_at(now: datetime, starts_at: datetime, ends_at: datetime | None) -> FreezeState:
    """Return the state of a freeze that was not released, by the time alone."""
    if ends_at is not None and now >= ends_at:
        return FreezeState.ENDED
    return FreezeState.ACTIVE if now >= starts_at else FreezeState.PLANNED
