"""Reads a dealer's supplier codes, and what they can be mapped to."""

from __future__ import annotations

from sqlalchemy import case, func, select

from webapp.core.text_keys import key_of
from webapp.extensions import db
from webapp.models import Dealer, Manufacturer, ShelfStock, SupplierCode


def listed(dealer: Dealer) -> list[SupplierCode]:
    """The dealer's supplier codes in the dealer's order."""
    ordered = (
        select(SupplierCode)
        .where(SupplierCode.dealer_id == dealer.id)
        .order_by(SupplierCode.position, SupplierCode.id)
    )
    return list(db.session.scalars(ordered))


def manufacturers_for(
    dealer: Dealer, catalog: str, matching: str = "", limit: int = 50
) -> list[Manufacturer]:
    """Manufacturers of a catalog that the dealer may choose, by name; for private label the dealer's own.

    `matching` is part of a name, or an abbreviation; names that begin with it come first.
    """
    key = key_of(matching)
    found = select(Manufacturer).where(
        Manufacturer.catalog == catalog,
        Manufacturer.owner_key == (dealer.id if catalog == "private_label" else 0),
    )
    if key and not key.isprintable():
        return []
    if key:
        found = found.where(
            Manufacturer.name_key.contains(key, autoescape=True) | (Manufacturer.abbreviation_key == key)
        ).order_by(
            case(
                (Manufacturer.abbreviation_key == key, 0),
                (Manufacturer.name_key.startswith(key, autoescape=True), 1),
                else_=2,
            )
        )
    return list(db.session.scalars(found.order_by(Manufacturer.name_key, Manufacturer.id).limit(limit)))


def stocked_products(row: SupplierCode) -> int:
    """How many products have a quantity from this supplier code."""
    count = (
        select(func.count())
        .select_from(ShelfStock)
        .where(
            ShelfStock.dealer_id == row.dealer_id,
            ShelfStock.code_key == row.code_key,
            ShelfStock.manufacturer_id == row.manufacturer_id,
            ShelfStock.quantity > 0,
        )
    )
    return db.session.scalar(count) or 0
