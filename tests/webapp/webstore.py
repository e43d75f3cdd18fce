"""Reads what a dealer's webstore shows, and which products wait to be reindexed."""

from __future__ import annotations

from webapp.extensions import db
from webapp.models import Dealer, Product, WebstoreFigures
from webapp.search import noted_products


def webstore_figures(dealer: Dealer, product: Product) -> tuple[int, int | None, int | None]:
    """Quantity, price in cents and lead time in the dealer's webstore."""
    row = db.session.get_one(WebstoreFigures, (dealer.id, product.id), populate_existing=True)
    return row.shelf_quantity, row.sale_price_cents, row.lead_time_days


def outbox_entries() -> list[tuple[int, int]]:
    """The dealer and product of each outbox entry, sorted."""
    connection = db.session.connection()
    entries = sorted(noted_products.take(connection, noted_products.count(connection)))
    db.session.rollback()
    return entries


def clear_outbox() -> None:
    connection = db.session.connection()
    noted_products.take(connection, noted_products.count(connection))
    db.session.commit()
