"""Reads what was changed of one product's shelf stock, newest first (R25)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.engine import Connection

from webapp.models import ItemChanges, Run, RunItem, RunMapping
from webapp.pulls.stock_changes import Change, of_product

# Changes that are returned, and blocks that are looked at for them.
MOST_CHANGES: Final = 100
MOST_BLOCKS: Final = 1_000
_FETCHED: Final = 200


class DatedChange(NamedTuple):
    """A change of a product with its cause; run and trigger are None for changes outside of runs."""

    change: Change
    cause: str
    at: datetime
    run_id: int | None
    trigger: str | None


class ProductChanges(NamedTuple):
    """Changes of a product, newest first. `is_complete` unless there was too much to look at."""

    rows: list[DatedChange]
    is_complete: bool


def read(
    connection: Connection,
    dealer_id: int,
    product_id: int,
    manufacturer_ids: Collection[int],
    since: datetime,
) -> ProductChanges:
    """Return a product's changes since a time.

    Only items of codes with one of the product's manufacturers can have changed it, or a restore, also of a
    removed code; blocks in which the product's id does not occur are not decoded.
    """
    has_maker = (
        select(RunMapping.run_item_id)
        .where(
            RunMapping.run_item_id == ItemChanges.run_item_id,
            RunMapping.manufacturer_id.in_(sorted(manufacturer_ids)),
        )
        .limit(1)
        .scalar_subquery()
        .is_not(None)
    )
    # Each is a lookup by key for each block: for EXISTS and a join, PostgreSQL would read the whole tables.
    is_its_item = RunItem.id == ItemChanges.run_item_id
    run_id = select(RunItem.run_id).where(is_its_item).scalar_subquery()
    trigger = select(Run.trigger).join(RunItem, RunItem.run_id == Run.id).where(is_its_item).scalar_subquery()
    query = (
        select(ItemChanges.body, ItemChanges.cause, ItemChanges.noted_at, run_id, trigger)
        .where(ItemChanges.dealer_id == dealer_id, ItemChanges.noted_at >= since)
        .where(or_(ItemChanges.run_item_id.is_(None), ItemChanges.cause == "restored", has_maker))
        .order_by(ItemChanges.id.desc())
        .limit(MOST_BLOCKS)
        .execution_options(yield_per=_FETCHED)
    )
    found: list[DatedChange] = []
    looked_at = 0
    with connection.execute(query) as blocks:
        for body, *dated in blocks:
            looked_at += 1
            found += [DatedChange(change, *dated) for change in of_product(body, product_id)]
            if len(found) >= MOST_CHANGES:
                break
    return ProductChanges(found[:MOST_CHANGES], looked_at < MOST_BLOCKS and len(found) < MOST_CHANGES)
