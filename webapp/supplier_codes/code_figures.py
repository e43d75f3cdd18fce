"""Stock and webstore figures that depend on a supplier code (R4, R16)."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select, update

from webapp.extensions import db
from webapp.models import ShelfStock
from webapp.pulls.change_log import BLOCK, ChangeLog
from webapp.pulls.stock import Stock, StockKey
from webapp.pulls.stock_changes import Noted
from webapp.search import figures

OF_CODE = figures.OF_MANUFACTURER + " AND code_key = :code_key"


def refresh(dealer_id: int, key: tuple[str, int]) -> None:
    """Update the webstore figures of products with stock from a code."""
    code_key, manufacturer_id = key
    figures.refresh(db.session(), dealer_id, OF_CODE, manufacturer_id=manufacturer_id, code_key=code_key)


def refresh_removed(dealer_id: int, key: tuple[str, int]) -> None:
    """Update them after a code was removed that keeps its quantities."""
    code_key, manufacturer_id = key
    figures.refresh_order(
        db.session(), dealer_id, OF_CODE, manufacturer_id=manufacturer_id, code_key=code_key
    )


def refresh_many(dealer_id: int, keys: Iterable[tuple[str, int]]) -> None:
    """Update them for any number of codes in one step, as PostgreSQL has locks for only some thousand
    steps."""
    stock = select(ShelfStock.code_key, ShelfStock.manufacturer_id).where(ShelfStock.dealer_id == dealer_id)
    stocked = {(code_key, number) for code_key, number in db.session.execute(stock.distinct())}
    if stocked.intersection(keys):
        figures.refresh(db.session(), dealer_id, figures.OF_DEALER)


def clear_stock(dealer_id: int, key: tuple[str, int]) -> None:
    """Set the stock from a code to zero; no commit, and the webstore figures are not updated."""
    code_key, manufacturer_id = key
    of_code = (
        ShelfStock.dealer_id == dealer_id,
        ShelfStock.code_key == code_key,
        ShelfStock.manufacturer_id == manufacturer_id,
        ShelfStock.quantity > 0,
    )
    stock = select(
        ShelfStock.product_id, ShelfStock.quantity, ShelfStock.sale_price_cents, ShelfStock.lead_time_days
    )
    changes = ChangeLog(db.session.connection(), dealer_id, None)
    rows = db.session.execute(stock.where(*of_code), execution_options={"yield_per": BLOCK})
    for some in rows.partitions():
        changes.add(
            "removed",
            [_to_zero(StockKey(row[0], manufacturer_id, code_key), Stock(*row[1:])) for row in some],
        )
    changes.flush()
    # No run cleared it, so no run's report may list it.
    db.session.execute(update(ShelfStock).where(*of_code).values(quantity=0, changed_item_id=None))


def _to_zero(place: StockKey, stock: Stock) -> Noted:
    return place, stock, stock._replace(quantity=0), None, 0
