"""Rule: locks on products of a dealer end within three days; one alert for each last day (R28)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from webapp.alerts.alert_rule import AlertRule, Finding
from webapp.extensions import db
from webapp.models import Dealer, Product, ProductLock
from webapp.web.lock_texts import last_day, lock_day, lock_figures

_BEFORE: Final = timedelta(days=3)
_MOST_NAMED: Final = 3


def found(now: datetime) -> Iterator[Finding]:
    """Find every last day of a dealer's locks that is near; locks that have ended are not among them."""
    query = (
        select(ProductLock, Product.brand, Product.mpn, Dealer.timezone)
        .join(Product, Product.id == ProductLock.product_id)
        .join(Dealer, Dealer.id == ProductLock.dealer_id)
        .where(ProductLock.ended_at.is_(None), ProductLock.until <= now + _BEFORE, Dealer.closed_at.is_(None))
        .order_by(ProductLock.dealer_id, ProductLock.until, ProductLock.id)
    )
    for (dealer_id, day), rows in groupby(db.session.execute(query), key=_dealer_and_day):
        yield Finding(dealer_id, _sentence(list(rows)), subject=day.isoformat())


def _dealer_and_day(row: Any) -> tuple[int, date]:
    lock = row.ProductLock
    return lock.dealer_id, last_day(lock.until, ZoneInfo(row.timezone))


def _sentence(rows: Sequence[Any]) -> str:
    day = lock_day(rows[0].ProductLock.until, ZoneInfo(rows[0].timezone))
    names = [f"{row.brand} {row.mpn}" for row in rows]
    if len(rows) == 1:
        return f"The lock on {names[0]} ({lock_figures(rows[0].ProductLock)}) ends after {day}."
    more = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
    return f"{len(rows):,} locks end after {day}: {', '.join(names[:_MOST_NAMED])}{more}."


RULE = AlertRule(
    name="locks",
    label="Locks end soon",
    tone="warning",
    over="The locks have ended, or were changed or removed. Once ended, the webstore follows updates again.",
    found=found,
)
