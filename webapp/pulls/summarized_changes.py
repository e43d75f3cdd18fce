"""Summarizes stored changes, with bounded memory for any number of them (R25)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.engine import Connection

from webapp.models import ItemChanges, ShelfStock
from webapp.models.id_lists import in_ids
from webapp.pulls import stock_changes
from webapp.pulls.change_summary import ChangeSummary, Places, by_product, collapse, may_have_others

# Changes that are held in memory at a time; more are summarized in several passes, each of some products.
AT_ONCE: Final = 50_000
# Blocks that are fetched at a time.
_FETCHED: Final = 10


def of_items(connection: Connection, dealer_id: int, item_ids: Collection[int]) -> ChangeSummary:
    """Summarize what run items of a dealer changed."""
    return _summary(connection, dealer_id, ItemChanges.run_item_id.in_(item_ids))


def of_period(connection: Connection, dealer_id: int, since: datetime, until: datetime) -> ChangeSummary:
    """Summarize what runs and users changed of a dealer's stock from a time until before another."""
    noted = ItemChanges.noted_at
    return _summary(connection, dealer_id, ItemChanges.dealer_id == dealer_id, noted >= since, noted < until)


def _summary(connection: Connection, dealer_id: int, *chosen: ColumnElement[bool]) -> ChangeSummary:
    summary = ChangeSummary()
    total = connection.scalar(select(func.sum(ItemChanges.changes)).where(*chosen)) or 0
    parts = -(-int(total) // AT_ONCE)
    for part in range(parts):
        places = _places(connection, chosen, part, parts)
        products = list(by_product(places))
        others = _others(
            connection, dealer_id, {row.product_id for row in products if may_have_others(row)}, places
        )
        summary.add(products, others)
    return summary


def _places(connection: Connection, chosen: Collection[Any], part: int, parts: int) -> Places:
    query = select(ItemChanges.body).where(*chosen).order_by(ItemChanges.id)
    places: Places = {}
    with connection.execute(query.execution_options(yield_per=_FETCHED)) as blocks:
        for (body,) in blocks:
            collapse(stock_changes.of_part(body, part, parts), places)
    return places


def _others(connection: Connection, dealer_id: int, ids: set[int], places: Places) -> dict[int, int]:
    """Return what products have in stock now under codes that did not change."""
    if not ids:
        return {}
    key = ShelfStock.product_id, ShelfStock.manufacturer_id, ShelfStock.code_key
    query = select(*key, ShelfStock.quantity).where(
        ShelfStock.dealer_id == dealer_id,
        in_ids(connection, ShelfStock.product_id, ids),
        ShelfStock.quantity > 0,
    )
    others: dict[int, int] = {}
    for product_id, manufacturer_id, code_key, quantity in connection.execute(query):
        if (product_id, manufacturer_id, code_key) not in places:
            others[product_id] = others.get(product_id, 0) + quantity
    return others
