"""The summary of the last full day or week: as it was sent, or as it would be."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import func, select

from webapp.extensions import db
from webapp.models import Dealer, ItemChanges, StoredSummary
from webapp.summaries import content, periods
from webapp.summaries.content import Content
from webapp.summaries.periods import Period

# Changes that are summed up while a page waits; more would take seconds.
MOST: Final = 30_000


def of(dealer: Dealer, kind: str, now: datetime) -> tuple[Period, Content | None]:
    """Return the last full period with its content; None if it is not made yet and has too many changes."""
    period = periods.last(kind, dealer.timezone, now)
    body = db.session.scalar(
        select(StoredSummary.body).where(
            StoredSummary.dealer_id == dealer.id,
            StoredSummary.period == kind,
            StoredSummary.starts_on == period.starts_on,
        )
    )
    if body is not None:
        return period, content.unpacked(body)
    return period, content.of_period(dealer, period) if _changes(dealer, period) <= MOST else None


def _changes(dealer: Dealer, period: Period) -> int:
    query = select(func.sum(ItemChanges.changes)).where(
        ItemChanges.dealer_id == dealer.id,
        ItemChanges.noted_at >= period.since,
        ItemChanges.noted_at < period.until,
    )
    return int(db.session.scalar(query) or 0)
