"""Parts in stock that are too old for updates, as last counted (R30)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import select

from webapp.core import clock
from webapp.core.limits import FRESH_DAYS
from webapp.explain.explanation import SlowPart
from webapp.extensions import db
from webapp.models import SlowMover, SlowMoverCode


def read(dealer_id: int, codes: Collection[str], keys: Collection[str]) -> dict[str, SlowPart]:
    """Return the part with one of the keys under each of the codes, by code key."""
    if not codes or not keys:
        return {}
    of_code = (SlowMoverCode.dealer_id == SlowMover.dealer_id) & (
        SlowMoverCode.code_key == SlowMover.code_key
    )
    since = clock.now().date() - timedelta(days=FRESH_DAYS)
    query = (
        select(
            SlowMover.code_key,
            SlowMover.quantity,
            SlowMover.changed_on,
            SlowMoverCode.is_protected,
            SlowMoverCode.counted_at,
        )
        .join(SlowMoverCode, of_code)
        .where(SlowMover.dealer_id == dealer_id, SlowMover.code_key.in_(codes), SlowMover.key.in_(keys))
        .where(SlowMover.changed_on < since)
    )
    return {row[0]: SlowPart(*row[1:]) for row in db.session.execute(query)}
