"""Reads what a dealer's webstore shows, and which products wait to be reindexed."""

from __future__ import annotations

from sqlalchemy import select

from webapp.extensions import db
from webapp.models import Dealer, OutboxEntry, Product, WebstoreFigures


def webstore_figures(dealer: Dealer, product: Product) -> tuple[int, int | None, int | None]:
    """Quantity, price in cents and lead time in the dealer's webstore."""
    row = db.session.get_one(WebstoreFigures, (dealer.id, product.id), populate_existing=True)
    return row.shelf_quantity, row.sale_price_cents, row.lead_time_days


def outbox_entries() -> list[tuple[int, int]]:
    """The dealer and product of each outbox entry, sorted."""
    rows = db.session.execute(select(OutboxEntry.dealer_id, OutboxEntry.product_id))
    entries = sorted((row.dealer_id, row.product_id) for row in rows)
    db.session.commit()
    return entries


def clear_outbox() -> None:
    db.session.query(OutboxEntry).delete()
    db.session.commit()
