"""Reminders by email: of freezes that end soon, and weekly of those without an end (R26)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select, update

from webapp.alerts import outbox
from webapp.extensions import db
from webapp.models import AlertRecipients, Dealer, Freeze

BEFORE_END: Final = timedelta(days=1)
EVERY: Final = timedelta(days=7)


def queue_due(now: datetime) -> int:
    """Queue one email for each dealer with a freeze to be reminded of; commits. Returns how many dealers."""
    started = (
        select(Freeze)
        .join(Dealer, Dealer.id == Freeze.dealer_id)
        .where(Freeze.ended_at.is_(None), Freeze.starts_at <= now, Dealer.closed_at.is_(None))
    )
    due = [row for row in db.session.scalars(started.order_by(Freeze.id)) if is_due(row, now)]
    dealer_ids = {row.dealer_id for row in due if _claim(row, now)}
    for dealer_id in sorted(dealer_ids):
        recipients = db.session.get(AlertRecipients, dealer_id)
        if recipients is not None:
            outbox.queue_freezes(recipients, now)
    db.session.commit()
    return len(dealer_ids)


def is_due(row: Freeze, now: datetime) -> bool:
    """Return whether recipients are to be reminded of a freeze that has begun and is not over."""
    if row.ends_at is None:
        return now >= (row.reminded_at or row.starts_at) + EVERY
    early = min(BEFORE_END, (row.ends_at - row.starts_at) / 2)
    return row.reminded_at is None and row.ends_at - early <= now < row.ends_at


def _claim(row: Freeze, now: datetime) -> bool:
    """Note the reminder; false if another tick did."""
    before = (
        Freeze.reminded_at.is_(None) if row.reminded_at is None else Freeze.reminded_at == row.reminded_at
    )
    statement = update(Freeze).where(Freeze.id == row.id, before).values(reminded_at=now)
    result: Any = db.session.execute(statement)
    return bool(result.rowcount)
