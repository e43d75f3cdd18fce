"""Puts dealers, manufacturers, products and shelf stock into the database, as little as a test needs."""

from __future__ import annotations

from sqlalchemy import select

from webapp.core.text_keys import bare_key_of, key_of
from webapp.extensions import db
from webapp.models import (
    Dealer,
    Manufacturer,
    OutboxEntry,
    PartNumber,
    Product,
    ShelfStock,
    WebstoreFigures,
)
from webapp.search import figures


def add_dealer(name: str = "Northwind Powersports") -> Dealer:
    dealer = Dealer(name=name, timezone="America/Chicago")
    db.session.add(dealer)
    db.session.commit()
    return dealer


def add_manufacturer(
    name: str, catalog: str = "aftermarket", dealer: Dealer | None = None, abbreviation: str | None = None
) -> Manufacturer:
    """A distributor is abbreviated to its first two letters unless told, an OEM's id is its name."""
    if catalog == "aftermarket":
        abbreviation = abbreviation or name[:2].upper()
    manufacturer = Manufacturer(
        catalog=catalog,
        dealer_id=dealer.id if dealer else None,
        owner_key=dealer.id if dealer else 0,
        name=name,
        name_key=key_of(name),
        abbreviation=abbreviation,
        abbreviation_key=key_of(abbreviation) or None,
        oem_manufacturer_id=name if catalog == "oem" else None,
    )
    db.session.add(manufacturer)
    db.session.commit()
    return manufacturer


def add_product(
    manufacturer: Manufacturer, number: str, brand: str = "", mpn: str = "", name: str = ""
) -> Product:
    """A product and its one part number."""
    brand, mpn = brand or manufacturer.name, mpn or number
    product = Product(
        catalog=manufacturer.catalog,
        dealer_id=manufacturer.dealer_id,
        owner_key=manufacturer.owner_key,
        brand=brand,
        brand_key=key_of(brand),
        mpn=mpn,
        mpn_key=key_of(mpn),
        name=name or f"Product {number}",
    )
    db.session.add(product)
    db.session.flush()
    add_part_number(manufacturer, product, number)
    return product


def add_part_number(manufacturer: Manufacturer, product: Product, number: str) -> None:
    db.session.add(
        PartNumber(
            manufacturer_id=manufacturer.id,
            product_id=product.id,
            part_number=number,
            key=key_of(number),
            bare_key=bare_key_of(number),
        )
    )
    db.session.commit()


def put_on_shelf(
    dealer: Dealer,
    product: Product,
    manufacturer: Manufacturer,
    code: str = "TR",
    quantity: int = 1,
    price: int | None = None,
    lead_time_days: int = 1,
    run_item_id: int | None = None,
) -> None:
    """Set what a code contributes to a product, price in cents, with the figures and notes that follow."""
    db.session.merge(
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


def figures_of(dealer: Dealer, product: Product) -> tuple[int, int | None, int | None]:
    """Quantity, price in cents and lead time in the dealer's webstore."""
    row = db.session.get_one(WebstoreFigures, (dealer.id, product.id), populate_existing=True)
    return row.shelf_quantity, row.sale_price_cents, row.lead_time_days


def noted() -> list[tuple[int, int]]:
    """The dealer and product of each note in the outbox, sorted."""
    rows = db.session.execute(select(OutboxEntry.dealer_id, OutboxEntry.product_id))
    notes = sorted((row.dealer_id, row.product_id) for row in rows)
    db.session.commit()
    return notes


def forget_notes() -> None:
    db.session.query(OutboxEntry).delete()
    db.session.commit()
