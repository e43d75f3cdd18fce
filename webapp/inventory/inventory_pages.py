"""Keyset pagination of filtered product ids.

A page starts after the last product of the previous one, never at an offset: the thousandth page costs as
much as the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, select

from webapp.extensions import db
from webapp.inventory.inventory_filter import InventoryFilter, Items, run_items, selected_ids
from webapp.search import hidden_products

# The maximum number of best matches that a search examines.
BEST: Final = 500


@dataclass(frozen=True)
class PageKey:
    """Cursor: after a product or before one, or at the beginning."""

    after: int | None = None
    before: int | None = None


@dataclass(frozen=True)
class ProductPage:
    """Product ids in order, and whether there are more on either side.

    `is_cut` if the search matched more products than it examined.
    """

    ids: Sequence[int]
    has_earlier: bool
    has_later: bool
    is_cut: bool = False


def products(dealer_id: int, choice: InventoryFilter, place: PageKey, length: int) -> ProductPage:
    """Return the page of filtered products at the cursor."""
    items = run_items(dealer_id, choice)
    if choice.words:
        return _matching(dealer_id, choice, items, place, length)
    chosen = _beside(*selected_ids(dealer_id, choice, items), place, length + 1)
    return _page(list(db.session.scalars(chosen)), place, length)


def _page(ids: list[int], place: PageKey, length: int) -> ProductPage:
    """Build a page from one id more than its length, nearest to the cursor first."""
    has_more, ids = len(ids) > length, ids[:length]
    if place.before:
        return ProductPage(ids[::-1], has_earlier=has_more, has_later=True)
    return ProductPage(ids, has_earlier=place.after is not None, has_later=has_more)


def _beside(chosen: Select[Any], product_id: Any, place: PageKey, limit: int) -> Select[Any]:
    if place.before:
        beside = chosen.where(product_id < place.before).order_by(product_id.desc())
    else:
        beside = chosen.where(product_id > (place.after or 0)).order_by(product_id)
    return select(*beside.limit(limit).subquery().c)


def _matching(
    dealer_id: int, choice: InventoryFilter, items: Items | None, place: PageKey, length: int
) -> ProductPage:
    """Return the best match first: the search index is queried first, the other conditions filter its
    results. Products that a lock hides are among them: the dealer must find them to unhide them (R28)."""
    documents = hidden_products.search_all(db.session.connection(), dealer_id, choice.words, BEST)
    ranked = [document.product_id for document in documents]
    ids = ranked if choice == InventoryFilter(choice.words) else _chosen(dealer_id, choice, items, ranked)
    if place.before in ids:
        end = ids.index(place.before)
        start = max(0, end - length)
    else:
        start = ids.index(place.after) + 1 if place.after in ids else 0
        end = start + length
    return ProductPage(ids[start:end], start > 0, end < len(ids), is_cut=len(ranked) == BEST)


def _chosen(
    dealer_id: int, choice: InventoryFilter, items: Items | None, ranked: Sequence[int]
) -> Sequence[int]:
    chosen, product_id = selected_ids(dealer_id, choice, items)
    kept = set(db.session.scalars(chosen.where(product_id.in_(ranked))))
    return [each for each in ranked if each in kept]
