"""An event in the history of a product (R25)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from webapp.models import User


class HistoryLine(NamedTuple):
    """An event of a product: `what` happened and why, and `who` did it; `run_id` if a run did."""

    at: datetime
    what: str
    why: str
    who: str
    run_id: int | None = None
    code: str = ""


def name_of(user: User | None) -> str:
    """Return who did something: a user, or a command or a job."""
    return user.email if user is not None else "System"
