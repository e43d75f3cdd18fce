"""Aliases under which a dealer's parts stand for products (R22)."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import select

from webapp.explain.explained_product import Seller
from webapp.explain.explanation import KnownAlias
from webapp.extensions import db
from webapp.models import Alias, User


def of_products(dealer_id: int, sellers: Collection[Seller]) -> tuple[KnownAlias, ...]:
    """Return the dealer's aliases for the products that manufacturers sell."""
    if not sellers:
        return ()
    query = (
        select(
            Alias.manufacturer_id,
            Alias.product_id,
            Alias.key,
            Alias.part_number,
            Alias.target_number,
            Alias.created_at,
            User.email,
        )
        .outerjoin(User, User.id == Alias.created_by_id)
        .where(
            Alias.dealer_id == dealer_id,
            Alias.manufacturer_id.in_({seller.manufacturer_id for seller in sellers}),
            Alias.product_id.in_({seller.product_id for seller in sellers}),
        )
        .order_by(Alias.key)
    )
    return tuple(KnownAlias(*row) for row in db.session.execute(query))


def numbers(sellers: Iterable[Seller], aliases: Iterable[KnownAlias]) -> list[tuple[int, int, str]]:
    """Return product, manufacturer and key of all numbers under which a code may report products."""
    listed = [(row.product_id, row.manufacturer_id, row.key) for row in sellers]
    return listed + [(row.product_id, row.manufacturer_id, row.key) for row in aliases]
