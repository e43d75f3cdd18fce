"""Queries of a dealer's supplier codes, and of the manufacturers available to it."""

from __future__ import annotations

from sqlalchemy import case, func, select

from webapp.core.text_keys import key_of
from webapp.extensions import db
from webapp.models import Dealer, Manufacturer, ShelfStock, SupplierCode


def listed(dealer: Dealer) -> list[SupplierCode]:
    """Return the dealer's supplier codes in list order."""
    ordered = (
        select(SupplierCode)
        .where(SupplierCode.dealer_id == dealer.id)
        .order_by(SupplierCode.position, SupplierCode.id)
    )
    return list(db.session.scalars(ordered))


def manufacturers_for(
    dealer: Dealer, catalog: str, matching: str = "", limit: int = 50
) -> list[Manufacturer]:
    """Return manufacturers of a catalog available to the dealer, by name; its own for private label.

    `matching` is part of a name, or an abbreviation; names that start with it come first.
    """
    key = key_of(matching)
    query = select(Manufacturer).where(
        Manufacturer.catalog == catalog,
        Manufacturer.owner_key == (dealer.id if catalog == "private_label" else 0),
    )
    if key and not key.isprintable():
        return []
    if key:
        query = query.where(
            Manufacturer.name_key.contains(key, autoescape=True) | (Manufacturer.abbreviation_key == key)
        ).order_by(
            case(
                (Manufacturer.abbreviation_key == key, 0),
                (Manufacturer.name_key.startswith(key, autoescape=True), 1),
                else_=2,
            )
        )
    return list(db.session.scalars(query.order_by(Manufacturer.name_key, Manufacturer.id).limit(limit)))


def stocked_products(row: SupplierCode) -> int:
    """Return how many products have a quantity from this supplier code."""
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
