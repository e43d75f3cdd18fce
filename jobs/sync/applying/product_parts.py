"""The parts of each product, and what they say of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from jobs.sync.applying.matching import Pair
from webapp.pulls.entries import Blocked, Entry, Match
from webapp.pulls.stock import Stock


class Part(NamedTuple):
    """A part's match with a product."""

    entry: Entry
    match: Match


class Result(NamedTuple):
    """What the parts of a product make of its stock; `stock` is None if none of them is reported.

    `is_price_left`: the first part has no price (R15). Guards withhold pieces, and block its price (R27).
    """

    stock: Stock | None
    is_price_left: bool = False
    withheld: int = 0
    blocked: Blocked | None = None


# The parts of each product, in part number order.
Parts = dict[Pair, list[Part]]


def parts_of(entries: Iterable[Entry], pairs: set[Pair]) -> Parts:
    """Return the parts of products, from entries in part number order."""
    found: Parts = {pair: [] for pair in pairs}
    product_ids = {product_id for _, product_id in pairs}
    parts = [
        Part(entry, match) for entry in entries for match in entry.matches if match.product_id in product_ids
    ]
    for part in parts:
        own = found.get((part.match.manufacturer_id, part.match.product_id))
        if own is not None:
            own.append(part)
    return found


def are_kept(parts: Sequence[Part]) -> bool:
    """Return whether none of the parts is reported."""
    if len(parts) == 1:
        return parts[0].match.kept_quantity is not None
    return all(part.match.kept_quantity is not None for part in parts)


def quantity_of(part: Part) -> int:
    """Return what a part contributes: what it kept (R10), or its own quantity."""
    kept = part.match.kept_quantity
    return kept if kept is not None else part.entry.quantity or 0


def price_of(pricing: str, first: Part) -> int | None:
    """Return the price that the first part of a product gives it, in cents (R15)."""
    entry, match = first
    if match.kept_quantity is not None:
        return None
    return entry.retail_cents if pricing == "retail" else entry.current_active_cents


def retail_of(parts: Sequence[Part], stock: Stock) -> int | None:
    """Return the retail price of stock without a sale price, in cents."""
    return parts[0].entry.retail_cents if stock.sale_price_cents is None else None


def left_as(stock: Stock, parts: Sequence[Part]) -> Result:
    """Return the result of parts whose product a freeze leaves as it is: what it was."""
    kept = (part.match.kept_quantity for part in parts)
    frozen = (part.match.frozen_quantity for part in parts)
    quantity = sum(first or second or 0 for first, second in zip(kept, frozen, strict=True))
    return Result(stock, withheld=max(0, quantity - stock.quantity))


def note_result(parts: Sequence[Part], stock: Stock, result: Result, is_frozen: bool) -> list[Part]:
    """Note the stock in the parts' results; return those that differ. Only the first can leave the price.

    What each part contributes to the stock stays noted only if a freeze left that as it is.
    """
    changed = []
    is_left, blocked = result.is_price_left, result.blocked
    for part in parts:
        match = part.match
        figures = (match.shelf_quantity, match.sale_price_cents, match.lead_time_days)
        others = (match.is_price_left, match.withheld, match.blocked)
        if figures != stock or others != (is_left, result.withheld, blocked):
            match.shelf_quantity, match.sale_price_cents, match.lead_time_days = stock
            match.is_price_left, match.withheld, match.blocked = is_left, result.withheld, blocked
            changed.append(part)
        elif match.frozen_quantity is not None and not is_frozen:
            changed.append(part)
        if not is_frozen:
            match.frozen_quantity = None
        is_left, blocked = False, None
    return changed
