"""Which products of a dealer's shelf a person asked for, and their ids a page at a time.

A page begins after the last product of the one before, never at a count of rows: the thousandth page costs
what the first does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, and_, select

from webapp.extensions import db
from webapp.models import RunItem, ShelfStock, WebstoreFigures
from webapp.webstore.search_index import search_index

# As many of the best matches are looked through, and none after them.
BEST: Final = 500
STOCK_LABELS: Final = {"in": "In stock", "out": "Out of stock"}


@dataclass(frozen=True)
class Choice:
    """What narrows the list; what is empty does not."""

    words: str = ""
    manufacturer_id: int | None = None
    stock: str = ""
    run_id: int | None = None

    @property
    def is_everything(self) -> bool:
        return self == Choice()

    @property
    def arguments(self) -> dict[str, str | int]:
        """The choice as it stands in an address."""
        given = {
            "q": self.words,
            "manufacturer": self.manufacturer_id,
            "stock": self.stock,
            "run": self.run_id,
        }
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True)
class Found:
    """Product ids in their order; `is_cut` if the words match more products than were looked through."""

    ids: Sequence[int]
    is_cut: bool = False


def products(dealer_id: int, choice: Choice, after: int | None, limit: int) -> Found:
    """The chosen products that come after one, at most `limit`."""
    if choice.words:
        return _matching(dealer_id, choice, after, limit)
    wanted, product_id = _wanted(dealer_id, choice)
    following = wanted.where(product_id > (after or 0)).order_by(product_id).limit(limit)
    return Found(db.session.scalars(following).all())


def _matching(dealer_id: int, choice: Choice, after: int | None, limit: int) -> Found:
    """The best match first: the words are looked up in the search index, the rest among what it found."""
    documents = search_index(db.session.connection()).search(dealer_id, choice.words, BEST)
    ranked = [document.product_id for document in documents]
    wanted, product_id = _wanted(dealer_id, choice)
    kept = set(db.session.scalars(wanted.where(product_id.in_(ranked))))
    ids = [each for each in ranked if each in kept]
    start = ids.index(after) + 1 if after in ids else 0
    return Found(ids[start : start + limit], is_cut=len(ranked) == BEST)


def _wanted(dealer_id: int, choice: Choice) -> tuple[Select[Any], Any]:
    """The chosen product ids but for the words, and their column."""
    if choice.manufacturer_id is None and choice.run_id is None:
        wanted = select(WebstoreFigures.product_id).where(WebstoreFigures.dealer_id == dealer_id)
        return _in_stock(wanted, choice), WebstoreFigures.product_id
    wanted = select(ShelfStock.product_id).distinct()
    if choice.manufacturer_id is not None:
        of_manufacturer = ShelfStock.manufacturer_id == choice.manufacturer_id
        wanted = wanted.where(ShelfStock.dealer_id == dealer_id, of_manufacturer)
    if choice.run_id is not None:
        # Asked for beforehand: a join to them would have PostgreSQL read all stock.
        items = db.session.scalars(select(RunItem.id).where(RunItem.run_id == choice.run_id)).all()
        # "+ 0" keeps SQLite from reading all that the dealer has to find the few that a run changed.
        wanted = wanted.where(ShelfStock.changed_item_id.in_(items), ShelfStock.dealer_id + 0 == dealer_id)
    if choice.stock:
        of_product = and_(
            WebstoreFigures.dealer_id == dealer_id, WebstoreFigures.product_id == ShelfStock.product_id
        )
        wanted = _in_stock(wanted.join(WebstoreFigures, of_product), choice)
    return wanted, ShelfStock.product_id


def _in_stock(wanted: Select[Any], choice: Choice) -> Select[Any]:
    if choice.stock == "in":
        return wanted.where(WebstoreFigures.shelf_quantity > 0)
    return wanted.where(WebstoreFigures.shelf_quantity == 0) if choice.stock == "out" else wanted
