"""Supplier codes, and the shelf stock that they contribute."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from tests.factories.catalog import make_product
from tests.factories.rows import save
from tests.factories.tenants import backdate_readiness
from webapp.core.text_keys import key_of
from webapp.extensions import db
from webapp.models import Dealer, Manufacturer, Product, ShelfStock, SupplierCode
from webapp.search import figures, outbox


def make_supplier_code(
    dealer: Dealer, code: str, manufacturer: Manufacturer, position: int | None = None, **fields: Any
) -> SupplierCode:
    """Map a code to the manufacturer, at the end of the dealer's list by default."""
    if position is None:
        of_dealer = select(func.count(SupplierCode.id)).where(SupplierCode.dealer_id == dealer.id)
        position = db.session.scalar(of_dealer) or 0
    row = save(
        SupplierCode(
            dealer_id=dealer.id,
            code=code,
            code_key=key_of(code),
            manufacturer_id=manufacturer.id,
            position=position,
            **fields,
        )
    )
    backdate_readiness(dealer.id)
    return row


def make_shelf_stock(
    dealer: Dealer,
    product: Product,
    manufacturer: Manufacturer,
    code: str = "TR",
    quantity: int = 1,
    price: int | None = None,
    lead_time_days: int = 1,
    run_item_id: int | None = None,
) -> ShelfStock:
    """Set what a code contributes to a product, price in cents; updates figures and outbox."""
    row = db.session.merge(
        ShelfStock(
            dealer_id=dealer.id,
            product_id=product.id,
            manufacturer_id=manufacturer.id,
            code_key=key_of(code),
            code=code,
            quantity=quantity,
            sale_price_cents=price,
            lead_time_days=lead_time_days,
            changed_item_id=run_item_id,
        )
    )
    db.session.flush()
    figures.refresh(db.session(), dealer.id, figures.OF_DEALER)
    db.session.commit()
    return row


def make_stocked_product(row: SupplierCode, number: str, quantity: int = 3) -> ShelfStock:
    """A product of the code's manufacturer, and its shelf stock."""
    product = make_product(row.manufacturer, number)
    return make_shelf_stock(row.dealer, product, row.manufacturer, row.code, quantity)


def make_indexed_product(dealer: Dealer, manufacturer: Manufacturer, number: str, **fields: Any) -> Product:
    """A product with shelf stock that is in the search index; fields of either."""
    of_product = {name: fields.pop(name) for name in ("brand", "mpn", "name") if name in fields}
    product = make_product(manufacturer, number, **of_product)
    make_shelf_stock(dealer, product, manufacturer, **fields)
    outbox.drain()
    return product


def make_indexed_products(
    dealer: Dealer, manufacturer: Manufacturer, numbers: Sequence[str], items: Sequence[int], **fields: Any
) -> None:
    """Many of them at once, changed in turn by the run items."""
    for place, number in enumerate(numbers):
        product = make_product(manufacturer, number, **fields)
        db.session.add(
            ShelfStock(
                dealer_id=dealer.id,
                product_id=product.id,
                manufacturer_id=manufacturer.id,
                code_key="tr",
                code="TR",
                quantity=1,
                lead_time_days=1,
                changed_item_id=items[place % len(items)],
            )
        )
    db.session.flush()
    figures.refresh(db.session(), dealer.id, figures.OF_DEALER)
    db.session.commit()
    outbox.drain()
