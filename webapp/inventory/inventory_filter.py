"""Filter of a dealer's inventory list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, and_, select

from webapp.extensions import db
from webapp.models import Run, RunItem, RunMapping, ShelfStock, WebstoreFigures
from webapp.models.id_lists import in_ids
from webapp.pulls import stored_changes

STOCK_LABELS: Final = {"in": "In stock", "out": "Out of stock"}
# Up to so many products are checked one by one faster than all of the dealer's products in, or out of, stock.
FEW: Final = 1_000


@dataclass(frozen=True)
class InventoryFilter:
    """Filter; empty fields match everything."""

    words: str = ""
    manufacturer_id: int | None = None
    stock: str = ""
    run_id: int | None = None

    @property
    def is_everything(self) -> bool:
        return self == InventoryFilter()

    @property
    def arguments(self) -> dict[str, str | int]:
        """Return the filter as query string arguments."""
        given = {
            "q": self.words,
            "manufacturer": self.manufacturer_id,
            "stock": self.stock,
            "run": self.run_id,
        }
        return {name: value for name, value in given.items() if value}


class Items(NamedTuple):
    """Ids of a run's items, and how many products they changed; if they are few, which (else None)."""

    ids: Sequence[int]
    changed: int
    product_ids: Sequence[int] | None = None


def run_items(dealer_id: int, choice: InventoryFilter) -> Items | None:
    """Return the run's items that can have changed products within the filter; None without a run.

    Queried separately: with a join, PostgreSQL would read all stock.
    """
    if choice.run_id is None:
        return None
    items = select(RunItem.id, RunItem.changed).join(Run, Run.id == RunItem.run_id)
    items = items.where(Run.id == choice.run_id, Run.dealer_id == dealer_id)
    if choice.manufacturer_id is not None:
        # A code changes only stock of the manufacturers that it was mapped to.
        mapped = RunMapping.manufacturer_id == choice.manufacturer_id
        items = items.join(RunMapping, RunMapping.run_item_id == RunItem.id).where(mapped)
    found = db.session.execute(items).all()
    ids = [row.id for row in found]
    return Items(ids, sum(row.changed for row in found), _few_products(ids))


def _few_products(item_ids: Sequence[int]) -> Sequence[int] | None:
    """Return the products that items changed; None if they are many, or this was not kept."""
    connection = db.session.connection()
    if not 0 < stored_changes.count(connection, item_ids) <= FEW:
        return None
    changes = [change for number in item_ids for change, _ in stored_changes.changes_of(connection, number)]
    return sorted({change.place.product_id for change in changes})


def goes_by_stock(choice: InventoryFilter, items: Items | None) -> bool:
    """Return whether the run changed so many products that filtering by stock first is faster."""
    return bool(choice.stock) and items is not None and items.changed > FEW


def selected_ids(dealer_id: int, choice: InventoryFilter, items: Items | None) -> tuple[Select[Any], Any]:
    """Select product ids by the filter except its search text, of the run's items if given, and the id
    column."""
    if choice.manufacturer_id is None and items is None:
        return _by_stock(dealer_id, choice), WebstoreFigures.product_id
    if items is not None and goes_by_stock(choice, items):
        chosen = _by_stock(dealer_id, choice).where(_has_changed(choice, items))
        return chosen, WebstoreFigures.product_id
    chosen = select(ShelfStock.product_id).distinct()
    chosen = chosen.where(ShelfStock.dealer_id == dealer_id)
    if choice.manufacturer_id is not None:
        chosen = chosen.where(ShelfStock.manufacturer_id == choice.manufacturer_id)
    if items is not None:
        # In the order of the pages: if it changed many, the first are found soon.
        chosen = chosen.where(ShelfStock.changed_item_id.in_(items.ids))
        if items.product_ids is not None:
            listed = in_ids(db.session.connection(), ShelfStock.product_id, items.product_ids)
            chosen = chosen.where(listed)
    if choice.stock:
        of_product = and_(
            WebstoreFigures.dealer_id == dealer_id, WebstoreFigures.product_id == ShelfStock.product_id
        )
        chosen = _in_stock(chosen.join(WebstoreFigures, of_product), choice)
    return chosen, ShelfStock.product_id


def _by_stock(dealer_id: int, choice: InventoryFilter) -> Select[Any]:
    chosen = select(WebstoreFigures.product_id).where(WebstoreFigures.dealer_id == dealer_id)
    return _in_stock(chosen, choice)


def _has_changed(choice: InventoryFilter, items: Items) -> Any:
    """Return whether a product has stock changed by the items, as a correlated subquery."""
    changed = select(ShelfStock.product_id).where(
        ShelfStock.dealer_id == WebstoreFigures.dealer_id,
        ShelfStock.product_id == WebstoreFigures.product_id,
        ShelfStock.changed_item_id.in_(items.ids),
    )
    if choice.manufacturer_id is not None:
        changed = changed.where(ShelfStock.manufacturer_id == choice.manufacturer_id)
    return changed.correlate(WebstoreFigures).limit(1).scalar_subquery().is_not(None)


def _in_stock(query: Select[Any], choice: InventoryFilter) -> Select[Any]:
    if choice.stock == "in":
        return query.where(WebstoreFigures.shelf_quantity > 0)
    return query.where(WebstoreFigures.shelf_quantity == 0) if choice.stock == "out" else query
