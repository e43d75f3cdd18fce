"""One product of a dealer's shelf: each supplier code's contribution, and Lightspeed's last report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import aliased

from webapp.core.run_states import RunItemState
from webapp.extensions import db
from webapp.models import (
    Manufacturer,
    PartMatch,
    PartNumber,
    Product,
    ReportedPart,
    Run,
    RunItem,
    ShelfStock,
    SupplierCode,
    WebstoreFigures,
)


@dataclass(frozen=True)
class ShelfProduct:
    """Product with `reported` parts of each code's last complete pull; `unreported` are contributions of
    codes whose last complete pull lacked the product."""

    product: Product
    figures: WebstoreFigures
    contributions: Sequence[Any]
    numbers: Sequence[Any]
    reported: Sequence[Any]
    unreported: Sequence[Any]

    @classmethod
    def of(cls, dealer_id: int, product_id: int) -> ShelfProduct | None:
        """Return the product, if it ever had shelf stock of the dealer."""
        figures = db.session.get(WebstoreFigures, (dealer_id, product_id))
        if figures is None:
            return None
        contributions = _contributions(dealer_id, product_id)
        pulled = {row.pulled_item_id for row in contributions if row.pulled_item_id}
        numbers = _numbers(product_id)
        reported = _reported(product_id, pulled, {row.key for row in numbers})
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
                if row.pulled_item_id and (row.pulled_item_id, row.manufacturer_id) not in seen
            ],
        )


def _contributions(dealer_id: int, product_id: int) -> Sequence[Any]:
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
    return db.session.execute(query).all()


def _numbers(product_id: int) -> Sequence[Any]:
    query = (
        select(PartNumber.part_number, PartNumber.key, Manufacturer.name.label("manufacturer"))
        .join(Manufacturer, Manufacturer.id == PartNumber.manufacturer_id)
        .where(PartNumber.product_id == product_id)
        .order_by(Manufacturer.name_key, PartNumber.key)
    )
    return db.session.execute(query).all()


def _reported(product_id: int, item_ids: set[int], keys: set[str]) -> Sequence[Any]:
    """Return the items' parts that were matched to the product.

    They are looked up by the product's part numbers: matches have no index by product, and another index
    would slow down every run.
    """
    match = and_(
        PartMatch.run_item_id == ReportedPart.run_item_id,
        PartMatch.reported_part_id == ReportedPart.id,
        PartMatch.product_id == product_id,
    )
    query = (
        select(
            ReportedPart.run_item_id,
            PartMatch.manufacturer_id,
            RunItem.supplier_code,
            RunItem.run_id,
            RunItem.finished_at,
            ReportedPart.part_number,
            ReportedPart.description,
            ReportedPart.quantity,
            ReportedPart.retail_cents,
            ReportedPart.current_active_cents,
        )
        .select_from(ReportedPart)
        .join(PartMatch, match)
        .join(RunItem, RunItem.id == ReportedPart.run_item_id)
        .where(ReportedPart.run_item_id.in_(item_ids), ReportedPart.key.in_(keys))
        .order_by(RunItem.position, ReportedPart.key)
    )
    return db.session.execute(query).all()
