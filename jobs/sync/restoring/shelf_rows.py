"""Writes earlier stock to the shelf, with the figures and the outbox of its products (R16, R17, R25)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import delete, exists, select
from sqlalchemy.engine import Connection

from jobs.sync.applying import sql
from webapp.extensions import db
from webapp.models import RunItem, ShelfStock, WebstoreFigures
from webapp.models.id_lists import in_ids
from webapp.pulls.earlier_stock import Restoration
from webapp.search import figures, noted_products

_WRITE: Final = """
    INSERT INTO shelf_stock (dealer_id, product_id, manufacturer_id, code_key, code, quantity,
                             sale_price_cents, lead_time_days, created_item_id, changed_item_id)
    VALUES (:dealer, :product, :manufacturer, :code_key, :code, :quantity, :price, :days, :item, :item)
    ON CONFLICT (dealer_id, product_id, manufacturer_id, code_key) DO UPDATE
       SET quantity = excluded.quantity, sale_price_cents = excluded.sale_price_cents,
           lead_time_days = excluded.lead_time_days, changed_item_id = excluded.changed_item_id
"""

_REMOVE: Final = """
    DELETE FROM shelf_stock
    WHERE dealer_id = :dealer AND product_id = :product AND manufacturer_id = :manufacturer
      AND code_key = :code_key
"""


def write(connection: Connection, dealer_id: int, item: RunItem, found: Sequence[Restoration]) -> int:
    """Write what a code had earlier; return the number of products whose webstore figures changed.

    Rows that did not exist are removed, and with the last row of a product its figures and its document.
    """
    if not found:
        return 0
    kept = [row for row in found if row.earlier is not None]
    gone = [row for row in found if row.earlier is None]
    for batch in sql.batches(kept):
        connection.execute(sql.plain(_WRITE), [_values(dealer_id, item, row) for row in batch])
    for batch in sql.batches(gone):
        connection.execute(sql.plain(_REMOVE), [_key(dealer_id, row) for row in batch])
    listed = _out_of_stock(connection, dealer_id, gone)
    product_ids = sorted({row.place.product_id for row in found})
    changed = figures.refresh_products(db.session(), dealer_id, product_ids)
    unlisted = _forget(connection, dealer_id, gone)
    return changed + len(unlisted & listed)


def _values(dealer_id: int, item: RunItem, row: Restoration) -> dict[str, Any]:
    stock = row.change.after
    return {
        **_key(dealer_id, row),
        "code": item.supplier_code,
        "quantity": stock.quantity,
        "price": stock.sale_price_cents,
        "days": stock.lead_time_days,
        "item": item.id,
    }


def _key(dealer_id: int, row: Restoration) -> dict[str, Any]:
    place = row.place
    return {
        "dealer": dealer_id,
        "product": place.product_id,
        "manufacturer": place.manufacturer_id,
        "code_key": place.code_key,
    }


def _out_of_stock(connection: Connection, dealer_id: int, gone: Sequence[Restoration]) -> set[int]:
    """Return the products that the webstore lists as out of stock already."""
    query = select(WebstoreFigures.product_id).where(
        WebstoreFigures.dealer_id == dealer_id,
        in_ids(connection, WebstoreFigures.product_id, sorted({row.place.product_id for row in gone})),
        WebstoreFigures.shelf_quantity == 0,
    )
    return set(connection.scalars(query))


def _forget(connection: Connection, dealer_id: int, gone: Sequence[Restoration]) -> set[int]:
    """Remove the figures of products that have no stock left and are not locked in stock; return these."""
    if not gone:
        return set()
    has_stock = exists().where(
        ShelfStock.dealer_id == dealer_id, ShelfStock.product_id == WebstoreFigures.product_id
    )
    unlisted = delete(WebstoreFigures).where(
        WebstoreFigures.dealer_id == dealer_id,
        in_ids(connection, WebstoreFigures.product_id, sorted({row.place.product_id for row in gone})),
        WebstoreFigures.shelf_quantity == 0,
        ~has_stock,
    )
    product_ids = set(connection.scalars(unlisted.returning(WebstoreFigures.product_id)))
    noted_products.note(connection, dealer_id, sorted(product_ids))
    return product_ids
