"""One product of a dealer's shelf: each supplier code's contribution, and Lightspeed's last report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, select
from sqlalchemy.orm import aliased

from webapp.core.run_states import RunItemState
from webapp.extensions import db
from webapp.models import (
    Manufacturer,
    PartNumber,
    Product,
    ProductLock,
    Run,
    RunItem,
    ShelfStock,
    StoredPull,
    SupplierCode,
    WebstoreFigures,
)
from webapp.pulls import stored_entries


class Contribution(NamedTuple):
    """Shelf stock of one supplier code, its last change, its mapping and its last complete pull, if any."""

    code: str
    manufacturer_id: int
    quantity: int
    sale_price_cents: int | None
    lead_time_days: int | None
    manufacturer: str
    run_id: int | None
    changed_at: datetime | None
    code_id: int | None
    pulled_item_id: int | None


class Number(NamedTuple):
    """A part number under which a manufacturer sells the product."""

    part_number: str
    key: str
    manufacturer: str


class Reported(NamedTuple):
    """A reported part that was matched to the product. Prices are in cents."""

    run_item_id: int
    manufacturer_id: int
    supplier_code: str
    run_id: int
    finished_at: datetime | None
    part_number: str
    description: str | None
    quantity: int | None
    retail_cents: int | None
    current_active_cents: int | None


@dataclass(frozen=True)
class ShelfProduct:
    """Product with `reported` parts of each code's last complete pull; `unreported` are contributions of
    codes whose last complete pull lacked the product."""

    product: Product
    figures: WebstoreFigures
    contributions: Sequence[Contribution]
    numbers: Sequence[Number]
    reported: Sequence[Reported]
    unreported: Sequence[Contribution]
    lock: ProductLock | None

    @classmethod
    def of(cls, dealer_id: int, product_id: int) -> ShelfProduct | None:
        """Return the product, if it ever had shelf stock of the dealer."""
        figures = db.session.get(WebstoreFigures, (dealer_id, product_id))
        if figures is None:
            return None
        contributions = _contributions(dealer_id, product_id)
        pulled = _stored(dealer_id, {row.pulled_item_id for row in contributions if row.pulled_item_id})
        numbers = _numbers(product_id)
        reported = _reported(dealer_id, product_id, pulled, {row.key for row in numbers})
        seen = {(row.run_item_id, row.manufacturer_id) for row in reported}
        return cls(
            product=db.session.get_one(Product, product_id),
            figures=figures,
            contributions=contributions,
            numbers=numbers,
            reported=reported,
            unreported=[
                row
                for row in contributions
                if row.pulled_item_id in pulled and (row.pulled_item_id, row.manufacturer_id) not in seen
            ],
            lock=_lock(dealer_id, product_id),
        )


def _lock(dealer_id: int, product_id: int) -> ProductLock | None:
    """Return the product's lock, which overrides its figures, if it has one (R28)."""
    of_product = ProductLock.dealer_id == dealer_id, ProductLock.product_id == product_id
    return db.session.scalar(select(ProductLock).where(*of_product, ProductLock.ended_at.is_(None)))


def _stored(dealer_id: int, item_ids: set[int]) -> set[int]:
    """Return the items whose pull is stored; those of earlier versions are not."""
    query = select(StoredPull.item_id).where(
        StoredPull.dealer_id == dealer_id, StoredPull.item_id.in_(item_ids)
    )
    return set(db.session.scalars(query))


def _contributions(dealer_id: int, product_id: int) -> Sequence[Contribution]:
    """Return each code's row, with the run that last changed it, the code's last complete pull, and its
    mapping."""
    run, item = aliased(Run), aliased(RunItem)
    last_pull = (
        select(item.id)
        .join(run, run.id == item.run_id)
        .where(
            run.dealer_id == dealer_id,
            item.code_key == ShelfStock.code_key,
            item.status == RunItemState.SUCCEEDED,
            run.trigger != "restore",
        )
        .order_by(run.id.desc())
        .limit(1)
        .correlate(ShelfStock)
        .scalar_subquery()
    )
    mapping = and_(
        SupplierCode.dealer_id == dealer_id,
        SupplierCode.code_key == ShelfStock.code_key,
        SupplierCode.manufacturer_id == ShelfStock.manufacturer_id,
    )
    query = (
        select(
            ShelfStock.code,
            ShelfStock.manufacturer_id,
            ShelfStock.quantity,
            ShelfStock.sale_price_cents,
            ShelfStock.lead_time_days,
            Manufacturer.name.label("manufacturer"),
            RunItem.run_id,
            RunItem.finished_at.label("changed_at"),
            SupplierCode.id.label("code_id"),
            last_pull.label("pulled_item_id"),
        )
        .join(Manufacturer, Manufacturer.id == ShelfStock.manufacturer_id)
        .outerjoin(RunItem, RunItem.id == ShelfStock.changed_item_id)
        .outerjoin(SupplierCode, mapping)
        .where(ShelfStock.dealer_id == dealer_id, ShelfStock.product_id == product_id)
        .order_by(SupplierCode.position.is_(None), SupplierCode.position, ShelfStock.code_key)
    )
    return [Contribution(*row) for row in db.session.execute(query)]


def _numbers(product_id: int) -> Sequence[Number]:
    query = (
        select(PartNumber.part_number, PartNumber.key, Manufacturer.name.label("manufacturer"))
        .join(Manufacturer, Manufacturer.id == PartNumber.manufacturer_id)
        .where(PartNumber.product_id == product_id)
        .order_by(Manufacturer.name_key, PartNumber.key)
    )
    return [Number(*row) for row in db.session.execute(query)]


def _reported(dealer_id: int, product_id: int, item_ids: set[int], keys: set[str]) -> Sequence[Reported]:
    """Return the parts of the items' pulls that were matched to the product, by its part numbers."""
    query = (
        select(RunItem, StoredPull.code_key)
        .join(StoredPull, StoredPull.item_id == RunItem.id)
        .where(StoredPull.dealer_id == dealer_id, RunItem.id.in_(item_ids))
        .order_by(RunItem.position)
    )
    return [
        Reported(
            item.id,
            match.manufacturer_id,
            item.supplier_code,
            item.run_id,
            item.finished_at,
            entry.part_number,
            entry.description,
            entry.quantity,
            entry.retail_cents,
            entry.current_active_cents,
        )
        for item, code_key in db.session.execute(query)
        for entry in stored_entries.find(dealer_id, code_key, keys)
        for match in entry.matches
        if match.product_id == product_id
    ]
