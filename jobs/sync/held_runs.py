"""Runs of the kind `held`: they apply held pulls that a user approved, or whose time is over (R27)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy import select

from webapp.extensions import db
from webapp.models import HeldPull
from webapp.runs import held_pulls

NOT_HELD: Final = "Not part of this run: nothing of it was on hold."
OTHER_COLUMN: Final = "On hold until the next update: the Quantity Column was changed since the last one."


def left_out(dealer_id: int, quantity_column: str) -> Callable[[str], str | None]:
    """Return why the run does not apply a code, by its key; None if it does."""
    query = select(HeldPull.code_key, HeldPull.quantity_column).where(
        HeldPull.dealer_id == dealer_id, HeldPull.state == "applying"
    )
    columns = {row.code_key: row.quantity_column for row in db.session.execute(query)}

    def reason(code_key: str) -> str | None:
        if code_key not in columns:
            return NOT_HELD
        # The service left out what had no quantity in the other column: it would look sold.
        return OTHER_COLUMN if columns[code_key] != quantity_column else None

    return reason


def start_due(now: datetime) -> int:
    """Start the runs that are due; return their number."""
    held_pulls.expire_removed()
    held_pulls.release_due(now)
    return held_pulls.start_runs(now)
