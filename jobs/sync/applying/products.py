"""What the parts of a code make of its stock of each product (R13, R15)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from jobs.sync.applying.context import CodeContext
from jobs.sync.applying.matching import Pair
from jobs.sync.applying.shelf import Shelf, Stock, StockKey
from webapp.core.limits import MAX_QUANTITY
from webapp.pulls.entries import Entry, Match
from webapp.pulls.product_sets import ProductSet


class Part(NamedTuple):
    """A part's match with a product."""

    entry: Entry
    match: Match


# The parts of each product, in part number order.
Parts = dict[Pair, list[Part]]


def parts_of(entries: Iterable[Entry], pairs: set[Pair]) -> Parts:
    """Return the parts of products, from entries in part number order."""
    found: Parts = {pair: [] for pair in pairs}
    for entry in entries:
        for match in entry.matches:
            pair = match.manufacturer_id, match.product_id
            if pair in pairs:
                found[pair].append(Part(entry, match))
    return found


class Changes:
    """Applies products, and notes what the clearing of the code needs to know of them.

    `reported` have a part that was applied. `vanished` have stock of the code, but no part any more; of
    those in `elsewhere`, another code of the run has stock. `newly_stocked` counts the products of each
    manufacturer that were out of stock before.
    """

    def __init__(self, context: CodeContext, shelf: Shelf) -> None:
        self._context = context
        self._shelf = shelf
        self.reported = ProductSet()
        self.vanished = ProductSet()
        self.elsewhere = ProductSet()
        self.newly_stocked: dict[int, int] = {}

    def apply(self, parts: Parts) -> list[Part]:
        """Write the stock of products; return the parts whose stored result changed with it.

        The quantities of several parts are added, and the price is that of the first of them. A missing price
        keeps the old one. A product whose parts are all kept is not changed (R10).
        """
        stock = self._shelf.read({product_id for _, product_id in parts})
        new: list[tuple[StockKey, Stock]] = []
        changed: list[tuple[StockKey, Stock]] = []
        affected: list[Part] = []
        for (manufacturer_id, product_id), own in parts.items():
            place = StockKey(product_id, manufacturer_id, self._context.code_key)
            rows = stock.get(product_id, {})
            before = rows.get(place)
            after = self._stock_of(manufacturer_id, own, before)
            if after is not None:
                self.reported.add(manufacturer_id, product_id)
            if own:
                self.vanished.discard(manufacturer_id, product_id)
            if after is None:
                if not own and before is not None and before.quantity > 0:
                    self._vanish(place, rows)
                after = before
            elif before is None:
                new.append((place, after))
            elif after != before:
                changed.append((place, after))
            if after is not None:
                self._count_newly_stocked(place, rows, after)
                affected += self._note(own, after)
        self._shelf.write(new, changed)
        return affected

    def _vanish(self, place: StockKey, rows: dict[StockKey, Stock]) -> None:
        self.vanished.add(place.manufacturer_id, place.product_id)
        for other, stock in rows.items():
            is_same = other.manufacturer_id == place.manufacturer_id
            if is_same and stock.quantity > 0 and self._context.is_configured(other[2], other[1]):
                self.elsewhere.add(place.manufacturer_id, place.product_id)

    def _stock_of(self, manufacturer_id: int, parts: Sequence[Part], before: Stock | None) -> Stock | None:
        """Return what the reported parts make of a product's stock; None if none is reported."""
        if all(part.match.kept_quantity is not None for part in parts):
            return None
        mapping = self._context.by_manufacturer[manufacturer_id]
        price = self._price(mapping.pricing, parts[0])
        if price is None and before is not None:
            price = before.sale_price_cents
        quantity = sum(_quantity(part) for part in parts)
        return Stock(min(quantity, MAX_QUANTITY), price, mapping.lead_time_days)

    def _price(self, pricing: str, first: Part) -> int | None:
        entry, match = first
        if match.kept_quantity is not None or pricing == "disabled":
            return None
        return entry.retail_cents if pricing == "retail" else entry.current_active_cents

    def _note(self, parts: Sequence[Part], stock: Stock) -> list[Part]:
        """Note the stock in the parts' results; return those that differ."""
        changed = []
        for place, part in enumerate(parts):
            match = part.match
            is_left = place == 0 and self._is_price_left(parts)
            figures = (*stock, is_left)
            if figures != (
                match.shelf_quantity,
                match.sale_price_cents,
                match.lead_time_days,
                match.is_price_left,
            ):
                match.shelf_quantity, match.sale_price_cents, match.lead_time_days = stock
                match.is_price_left = is_left
                changed.append(part)
        return changed

    def _is_price_left(self, parts: Sequence[Part]) -> bool:
        """Return whether the first part has no price, of a product with a reported part (R15)."""
        pricing = self._context.by_manufacturer[parts[0].match.manufacturer_id].pricing
        is_reported = any(part.match.kept_quantity is None for part in parts)
        return pricing != "disabled" and is_reported and self._price(pricing, parts[0]) is None

    def _count_newly_stocked(self, place: StockKey, rows: dict[StockKey, Stock], after: Stock) -> None:
        was_stocked = any(
            stock.quantity > 0
            for other, stock in rows.items()
            if other.manufacturer_id == place.manufacturer_id
        )
        if after.quantity > 0 and not was_stocked:
            count = self.newly_stocked.get(place.manufacturer_id, 0)
            self.newly_stocked[place.manufacturer_id] = count + 1


def _quantity(part: Part) -> int:
    kept = part.match.kept_quantity
    return kept if kept is not None else part.entry.quantity or 0
