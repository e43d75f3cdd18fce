"""Looks up part numbers and UPCs in the catalogs that a dealer sees (R12)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import literal, select

from webapp.core.gtins import gtin_of, without_zeros
from webapp.explain.explained_product import Seller
from webapp.extensions import db
from webapp.models import Manufacturer, PartNumber, Product, SupplierCode
from webapp.models.types import KeyText

MOST_SELLERS: Final = 200


def sellers_of_key(dealer_id: int, key: str) -> list[Seller]:
    """Return the manufacturers that sell something under a part number, those with a code first."""
    return _sellers(_query(dealer_id).where(PartNumber.key == literal(key, KeyText)))


def sellers_of_bare_key(dealer_id: int, bare_key: str) -> list[Seller]:
    """Return the manufacturers that sell something under a number, whatever its punctuation."""
    return (
        _sellers(_query(dealer_id).where(PartNumber.bare_key == literal(bare_key, KeyText)))
        if bare_key
        else []
    )


def sellers_of_products(dealer_id: int, product_ids: Collection[int]) -> list[Seller]:
    """Return the manufacturers that sell products, with each of their part numbers."""
    return _sellers(_query(dealer_id).where(PartNumber.product_id.in_(product_ids))) if product_ids else []


def products_of_upc(dealer_id: int, text: str) -> list[int]:
    """Return the products with a UPC, however many zeros it begins with."""
    gtin = gtin_of(text) if text.isascii() and text.isdecimal() else None
    if gtin is None:
        return []
    query = select(Product.id).where(
        Product.upc.in_(without_zeros(gtin)), Product.owner_key.in_((0, dealer_id))
    )
    return list(db.session.scalars(query.order_by(Product.id).limit(MOST_SELLERS)))


def _query(dealer_id: int) -> Any:
    is_mapped = (
        select(SupplierCode.id)
        .where(SupplierCode.dealer_id == dealer_id, SupplierCode.manufacturer_id == Manufacturer.id)
        .exists()
        .label("is_mapped")
    )
    return (
        select(
            Manufacturer.id,
            Manufacturer.name,
            Manufacturer.catalog,
            PartNumber.product_id,
            PartNumber.part_number,
            PartNumber.key,
            is_mapped,
        )
        .join(PartNumber, PartNumber.manufacturer_id == Manufacturer.id)
        .where(Manufacturer.owner_key.in_((0, dealer_id)))
        .order_by(is_mapped.desc(), Manufacturer.name_key, PartNumber.key)
        .limit(MOST_SELLERS)
    )


def _sellers(query: Any) -> list[Seller]:
    return [Seller(*row) for row in db.session.execute(query)]
