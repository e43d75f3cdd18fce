"""Prices that a user allows although guards block them (R27)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import delete, tuple_

from webapp import audit
from webapp.core import clock
from webapp.core.errors import Refused
from webapp.core.money import decimal_text
from webapp.extensions import db
from webapp.guards.settings import Outcome
from webapp.models import Dealer, PriceAllowance, User
from webapp.models.upserts import insert_new
from webapp.runs import changed_rules

GONE = "This price is no longer allowed. Check the list and try again."


class ProductKey(NamedTuple):
    """A product of a manufacturer under a code."""

    code_key: str
    manufacturer_id: int
    product_id: int


class AllowedPrice(NamedTuple):
    """A price to allow: `cents` None allows any. The code and the part number are as the user saw them."""

    product: ProductKey
    cents: int | None
    supplier_code: str
    part_number: str


def allow(dealer: Dealer, prices: Sequence[AllowedPrice], by: User | None = None) -> Outcome:
    """Allow prices, instead of what was allowed for the same products; commits, and has them take effect."""
    if not prices:
        return Outcome(False)
    by_product = {price.product: price for price in prices}
    _delete(dealer.id, by_product)
    rows = [
        {
            "dealer_id": dealer.id,
            **price.product._asdict(),
            "cents": price.cents,
            "supplier_code": price.supplier_code,
            "part_number": price.part_number,
            "created_at": clock.now(),
            "created_by_id": by.id if by else None,
        }
        for price in by_product.values()
    ]
    db.session.execute(insert_new(PriceAllowance), rows)
    after = {price.part_number: _said(price.cents) for price in prices}
    audit.note("prices.allowed", _subject(len(prices)), dealer_id=dealer.id, after=after, by=by)
    changed_rules.raise_versions(dealer.id, {price.product.manufacturer_id for price in prices})
    return Outcome(True, changed_rules.take_effect(dealer, by))


def withdraw(dealer: Dealer, product: ProductKey, by: User | None = None) -> Outcome:
    """Have guards check the price of a product again, and commit. Raises Refused if they do already."""
    row = db.session.get(PriceAllowance, (dealer.id, *product))
    if row is None:
        raise Refused(GONE)
    before = {row.part_number: _said(row.cents)}
    _delete(dealer.id, [product])
    audit.note("prices.guarded", _subject(1), dealer_id=dealer.id, before=before, by=by)
    changed_rules.raise_versions(dealer.id, [product.manufacturer_id])
    return Outcome(True, changed_rules.take_effect(dealer, by))


def _delete(dealer_id: int, products: Collection[ProductKey]) -> None:
    key = tuple_(PriceAllowance.code_key, PriceAllowance.manufacturer_id, PriceAllowance.product_id)
    of_dealer = delete(PriceAllowance).where(PriceAllowance.dealer_id == dealer_id)
    db.session.execute(of_dealer.where(key.in_(list(products))))


def _said(cents: int | None) -> str:
    return "any price" if cents is None else decimal_text(cents)


def _subject(number: int) -> str:
    return "1 price" if number == 1 else f"{number:,} prices"
