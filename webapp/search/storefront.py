"""Webstore preview as a shopper sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from webapp.extensions import db
from webapp.models import WebstoreFigures
from webapp.search.document import Document
from webapp.search.search_index import search_index

SHOWN: Final = 50


@dataclass(frozen=True)
class Storefront:
    """Search results, best first. `has_products` distinguishes an empty webstore from a search without
    results."""

    words: str
    documents: Sequence[Document]
    has_more: bool
    has_products: bool

    @classmethod
    def of(cls, dealer_id: int, words: str) -> Storefront:
        """Return the dealer's products for a shopper's search."""
        index = search_index(db.session.connection())
        found = index.search(dealer_id, words, SHOWN + 1)
        has_products = bool(found) or _has_products(dealer_id)
        return cls(words, found[:SHOWN], len(found) > SHOWN, has_products)


def _has_products(dealer_id: int) -> bool:
    any_product = select(WebstoreFigures.product_id).where(WebstoreFigures.dealer_id == dealer_id).limit(1)
    return db.session.scalar(any_product) is not None


def availability(quantity: int) -> str:
    """Format as `In stock: 6`, or `Out of stock`."""
    return f"In stock: {quantity:,}" if quantity else "Out of stock"


def ships(days: int) -> str:
    """Format a lead time as `Ships today`, `Ships in 1 day`, `Ships in 5 days`."""
    if days == 0:
        return "Ships today"
    return f"Ships in {days} day{'' if days == 1 else 's'}"
