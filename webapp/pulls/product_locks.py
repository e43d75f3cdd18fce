"""Locks on products: which are open, and the figures that they result in (R28)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.engine import Connection

from webapp.core.limits import DEFAULT_LEAD_TIME_DAYS
from webapp.models import ProductLock
from webapp.models.id_lists import in_ids

# Quantity, sale price in cents and lead time in days.
AnyFigures = tuple[int, int | None, int | None]


class OpenLock(NamedTuple):
    """A lock that was not ended; it holds before `until`. An empty figure is not locked."""

    quantity: int | None
    sale_price_cents: int | None
    lead_time_days: int | None
    is_hidden: bool
    until: datetime | None

    def holds(self, now: datetime) -> bool:
        """Return whether its time is not over."""
        return self.until is None or self.until > now

    def over(self, figures: AnyFigures, last_known: AnyFigures) -> AnyFigures:
        """Return a product's figures under this lock.

        `figures` are those without it. If they are out of stock, `last_known` has the price and the lead time
        of the product's stock as if it were there, or None.
        """
        quantity = figures[0] if self.quantity is None else self.quantity
        if self.is_hidden or not quantity:
            return 0, None, None
        known = figures if figures[0] else last_known
        price = known[1] if self.sale_price_cents is None else self.sale_price_cents
        days = known[2] if self.lead_time_days is None else self.lead_time_days
        return quantity, price, DEFAULT_LEAD_TIME_DAYS if days is None else days


def open_locks(
    connection: Connection, dealer_id: int, product_ids: Collection[int] | None = None
) -> dict[int, OpenLock]:
    """Return the open locks of a dealer by product, those of some products or all."""
    query = select(
        ProductLock.product_id,
        ProductLock.quantity,
        ProductLock.sale_price_cents,
        ProductLock.lead_time_days,
        ProductLock.is_hidden,
        ProductLock.until,
    ).where(ProductLock.dealer_id == dealer_id, ProductLock.ended_at.is_(None))
    if product_ids is not None:
        query = query.where(in_ids(connection, ProductLock.product_id, product_ids))
    return {row[0]: OpenLock(*row[1:]) for row in connection.execute(query)}
