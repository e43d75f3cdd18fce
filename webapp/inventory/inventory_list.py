"""Inventory list of a dealer, with search and pagination (R16)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from sqlalchemy import CTE, and_, func, select

from webapp.extensions import db
from webapp.inventory.inventory_filter import InventoryFilter
from webapp.inventory.inventory_pages import PageKey, products
from webapp.models import Manufacturer, Product, ProductLock, ShelfStock, WebstoreFigures

PAGE_LENGTH: Final = 50

_ROWS: Final = select(
    Product.id,
    Product.catalog,
    Product.brand,
    Product.mpn,
    Product.name,
    WebstoreFigures.shelf_quantity,
    WebstoreFigures.sale_price_cents,
    WebstoreFigures.lead_time_days,
    ProductLock.id.label("lock_id"),
).join(WebstoreFigures, WebstoreFigures.product_id == Product.id)
_LOCK: Final = and_(
    ProductLock.dealer_id == WebstoreFigures.dealer_id,
    ProductLock.product_id == WebstoreFigures.product_id,
    ProductLock.ended_at.is_(None),
)


class InventoryRow(NamedTuple):
    """One product of the list, in the order of `_ROWS`; `lock_id` is that of its lock, if any (R28)."""

    id: int
    catalog: str
    brand: str
    mpn: str
    name: str
    shelf_quantity: int
    sale_price_cents: int | None
    lead_time_days: int | None
    lock_id: int | None


class StockedManufacturer(NamedTuple):
    """A manufacturer of which the dealer ever had shelf stock."""

    id: int
    name: str
    catalog: str


@dataclass(frozen=True)
class Inventory:
    """One page of products. `earlier` and `later` are the cursors of the adjacent pages, if any.

    `is_beginning` unless a cursor was given; `is_cut` if the search matched more products than it examines.
    """

    rows: Sequence[InventoryRow]
    choice: InventoryFilter
    earlier: dict[str, str | int] | None
    later: dict[str, str | int] | None
    is_beginning: bool
    is_cut: bool

    @classmethod
    def of(cls, dealer_id: int, choice: InventoryFilter, place: PageKey) -> Inventory:
        """Return the filtered products at a cursor: in catalog order, or with a search text the best match
        first."""
        found = products(dealer_id, choice, place, PAGE_LENGTH)
        return cls(
            _rows(dealer_id, found.ids),
            choice,
            earlier=choice.arguments | {"before": found.ids[0]} if found.has_earlier and found.ids else None,
            later=choice.arguments | {"after": found.ids[-1]} if found.has_later and found.ids else None,
            is_beginning=place == PageKey(),
            is_cut=found.is_cut,
        )


def _rows(dealer_id: int, ids: Sequence[int]) -> list[InventoryRow]:
    """Load the products' rows, in the order of the ids."""
    wanted = _ROWS.outerjoin(ProductLock, _LOCK).where(
        WebstoreFigures.dealer_id == dealer_id, WebstoreFigures.product_id.in_(ids)
    )
    rows = {row.id: InventoryRow(*row) for row in db.session.execute(wanted)}
    return [rows[product_id] for product_id in ids if product_id in rows]


def manufacturers(dealer_id: int) -> list[StockedManufacturer]:
    """Return the manufacturers of which the dealer ever had shelf stock, by catalog and name."""
    stocked = _stocked_ids(dealer_id)
    wanted = (
        select(Manufacturer.id, Manufacturer.name, Manufacturer.catalog)
        .where(Manufacturer.id.in_(select(stocked.c.id)))
        .order_by(Manufacturer.catalog, Manufacturer.name_key)
    )
    return [StockedManufacturer(*row) for row in db.session.execute(wanted)]


def _stocked_ids(dealer_id: int) -> CTE:
    """Return the manufacturers' ids by a loose index scan, without reading all of the stock."""
    next_id = select(func.min(ShelfStock.manufacturer_id).label("id")).where(
        ShelfStock.dealer_id == dealer_id
    )
    found = next_id.cte("stocked", recursive=True)
    following = next_id.where(ShelfStock.manufacturer_id > found.c.id).scalar_subquery()
    return found.union_all(select(following).where(found.c.id.is_not(None)))
