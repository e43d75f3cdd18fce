"""What each supplier code contributes to products, and what it consists of (R13, R14, R16)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import and_, select

from webapp.core import clock
from webapp.core.enums import OPEN_CLEARING_STATES
from webapp.explain import retained
from webapp.explain.explained_product import ContributedPart, Contribution
from webapp.extensions import db
from webapp.models import HeldClearing, Manufacturer, RunItem, ShelfStock, SupplierCode
from webapp.pulls import frozen_stock, part_lookup
from webapp.pulls.part_lookup import Looked

# Product, manufacturer and code.
_Place = tuple[int, int, str]
# Product, manufacturer and the key of a part number.
Number = tuple[int, int, str]


def of_products(
    dealer_id: int, product_ids: Collection[int], numbers: Collection[Number], looked: Looked
) -> dict[int, tuple[Contribution, ...]]:
    """Return the contributions to each product, in the order that decides about the price.

    `numbers` are those under which codes may report the products, and `looked` what was found of them.
    """
    rows = _rows(dealer_id, product_ids)
    parts, withheld = _parts(dealer_id, rows, numbers, looked)
    partly = [row for row in rows if row.quantity != _sum(parts, _place(row)) - withheld.get(_place(row), 0)]
    kept = _retained(dealer_id, partly, numbers)
    held = _held(dealer_id) if partly else set()
    found: dict[int, list[Contribution]] = defaultdict(list)
    for row in rows:
        place = _place(row)
        found[row.product_id].append(
            _contribution(
                row, parts.get(place, ()), withheld.get(place, 0), kept.get(place, 0), row.code_key in held
            )
        )
    return {product_id: _priced(contributions) for product_id, contributions in found.items()}


def _place(row: Any) -> _Place:
    return row.product_id, row.manufacturer_id, row.code_key


def _sum(parts: Mapping[_Place, Collection[ContributedPart]], place: _Place) -> int:
    return sum(part.quantity for part in parts.get(place, ()))


def _rows(dealer_id: int, product_ids: Collection[int]) -> Sequence[Any]:
    mapping = and_(
        SupplierCode.dealer_id == dealer_id,
        SupplierCode.code_key == ShelfStock.code_key,
        SupplierCode.manufacturer_id == ShelfStock.manufacturer_id,
    )
    place = ShelfStock.code_key, [ShelfStock.manufacturer_id]
    is_frozen = frozen_stock.covering(dealer_id, clock.now(), *place)
    query = (
        select(
            ShelfStock.product_id,
            ShelfStock.manufacturer_id,
            ShelfStock.code_key,
            ShelfStock.code,
            ShelfStock.quantity,
            ShelfStock.sale_price_cents,
            ShelfStock.lead_time_days,
            Manufacturer.name,
            SupplierCode.pricing,
            RunItem.run_id,
            RunItem.finished_at,
            is_frozen.label("is_frozen"),
        )
        .join(Manufacturer, Manufacturer.id == ShelfStock.manufacturer_id)
        .outerjoin(RunItem, RunItem.id == ShelfStock.changed_item_id)
        .outerjoin(SupplierCode, mapping)
        .where(ShelfStock.dealer_id == dealer_id, ShelfStock.product_id.in_(product_ids))
        .order_by(
            SupplierCode.position.is_(None),
            SupplierCode.position,
            SupplierCode.id,
            ShelfStock.code_key,
            ShelfStock.manufacturer_id,
        )
    )
    return db.session.execute(query).all()


def _contribution(
    row: Any, parts: Collection[ContributedPart], withheld: int, kept: int, is_held: bool
) -> Contribution:
    return Contribution(
        code=row.code,
        code_key=row.code_key,
        manufacturer_id=row.manufacturer_id,
        manufacturer=row.name,
        quantity=row.quantity,
        sale_price_cents=row.sale_price_cents,
        lead_time_days=row.lead_time_days,
        pricing=row.pricing,
        run_id=row.run_id,
        changed_at=row.finished_at,
        parts=tuple(parts),
        withheld=withheld,
        retained=kept,
        is_held=is_held,
        is_frozen=row.is_frozen,
        sets_price=False,
    )


def _priced(contributions: Sequence[Contribution]) -> tuple[Contribution, ...]:
    """Mark the one that gives the webstore's price: the first in stock with a price (R16)."""
    with_price = [row for row in contributions if row.quantity > 0 and row.sale_price_cents is not None]
    first = with_price[0] if with_price else None
    return tuple(replace(row, sets_price=row is first) for row in contributions)


def _parts(
    dealer_id: int, rows: Sequence[Any], numbers: Iterable[Number], looked: Looked
) -> tuple[dict[_Place, list[ContributedPart]], dict[_Place, int]]:
    """Return the reported parts of each contribution, found by the products' part numbers.

    And the pieces of it that guards hold back.
    """
    codes: dict[tuple[int, int], set[str]] = defaultdict(set)
    for row in rows:
        codes[row.product_id, row.manufacturer_id].add(row.code_key)
    wanted: dict[str, set[str]] = defaultdict(set)
    for product_id, manufacturer_id, key in numbers:
        if under := codes.get((product_id, manufacturer_id)):
            wanted[key] |= under
    found: dict[_Place, list[ContributedPart]] = defaultdict(list)
    withheld: dict[_Place, int] = {}
    missing = part_lookup.find_under(db.session.connection(), dealer_id, looked.missing(wanted))
    for code_key, entry in sorted((*looked.parts, *missing), key=lambda part: part.entry.key):
        for match in entry.matches:
            is_kept = match.kept_quantity is not None
            quantity = match.kept_quantity if match.kept_quantity is not None else entry.quantity or 0
            part = ContributedPart(entry.part_number, quantity, is_kept, match.blocked)
            place = match.product_id, match.manufacturer_id, code_key
            found[place].append(part)
            withheld[place] = match.withheld
    return found, withheld


def _retained(dealer_id: int, rows: Sequence[Any], numbers: Iterable[Number]) -> dict[_Place, int]:
    """Return the quantities of parts that are no longer reported, by place."""
    codes, makers = {row.code_key for row in rows}, {row.manufacturer_id for row in rows}
    found: dict[_Place, int] = defaultdict(int)
    for row in retained.read(dealer_id, codes, makers, {key for _, _, key in numbers}):
        found[row.product_id, row.manufacturer_id, row.code_key] += row.quantity
    return found


def _held(dealer_id: int) -> set[str]:
    """Return the codes with a held clearing."""
    query = select(HeldClearing.code_key).where(
        HeldClearing.dealer_id == dealer_id, HeldClearing.state.in_(OPEN_CLEARING_STATES)
    )
    return set(db.session.scalars(query))
