"""Which products of a dealer's shelf a person asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, and_, select

from webapp.extensions import db
from webapp.models import Run, RunItem, RunMapping, ShelfStock, WebstoreFigures

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


def run_items(dealer_id: int, choice: Choice) -> Sequence[int] | None:
    """The ids of the items of the dealer's run that can have changed what is chosen; None without a run.

    Asked for beforehand: a join to them would have PostgreSQL read all stock.
    """
    if choice.run_id is None:
        return None
    items = select(RunItem.id).join(Run, Run.id == RunItem.run_id)
    items = items.where(Run.id == choice.run_id, Run.dealer_id == dealer_id)
    if choice.manufacturer_id is not None:
        # A code changes stock of the manufacturers alone that it was mapped to.
        mapped = RunMapping.manufacturer_id == choice.manufacturer_id
        items = items.join(RunMapping, RunMapping.run_item_id == RunItem.id).where(mapped)
    return db.session.scalars(items).all()


def wanted(dealer_id: int, choice: Choice, items: Sequence[int] | None) -> tuple[Select[Any], Any]:
    """The chosen product ids but for the words, of the run's items if any are given, and their column."""
    if choice.manufacturer_id is None and items is None:
        chosen = select(WebstoreFigures.product_id).where(WebstoreFigures.dealer_id == dealer_id)
        return _in_stock(chosen, choice), WebstoreFigures.product_id
    chosen = select(ShelfStock.product_id).distinct()
    if choice.manufacturer_id is not None:
        of_manufacturer = ShelfStock.manufacturer_id == choice.manufacturer_id
        chosen = chosen.where(ShelfStock.dealer_id == dealer_id, of_manufacturer)
    if items is not None:
        # They are the dealer's own. Said again here, databases would read all that the dealer has.
        chosen = chosen.where(ShelfStock.changed_item_id.in_(items))
    if choice.stock:
        of_product = and_(
            WebstoreFigures.dealer_id == dealer_id, WebstoreFigures.product_id == ShelfStock.product_id
        )
        chosen = _in_stock(chosen.join(WebstoreFigures, of_product), choice)
    return chosen, ShelfStock.product_id


def _in_stock(wanted: Select[Any], choice: Choice) -> Select[Any]:
    if choice.stock == "in":
        return wanted.where(WebstoreFigures.shelf_quantity > 0)
    return wanted.where(WebstoreFigures.shelf_quantity == 0) if choice.stock == "out" else wanted
