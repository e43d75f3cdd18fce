"""What the parts of a code make of its stock of each product (R13, R15)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from typing import Final

from jobs.sync.applying.context import CodeContext
from jobs.sync.applying.context_facts import Mapping
from jobs.sync.applying.guarding import Guards
from jobs.sync.applying.matching import Pair
from jobs.sync.applying.product_parts import (
    Part,
    Parts,
    Result,
    are_kept,
    left_as,
    note_result,
    price_of,
    quantity_of,
    retail_of,
)
from jobs.sync.applying.shelf import Shelf
from webapp.core.limits import MAX_QUANTITY
from webapp.pulls.product_sets import ProductSet
from webapp.pulls.stock import Stock, StockKey
from webapp.pulls.stock_changes import Noted

_new: Final = tuple.__new__

# What the shelf has of a new part whose product is frozen.
_NOTHING: Final = Stock(0, None, 0)
# Of a product that was never in stock.
_NO_STOCK: Final[dict[StockKey, Stock]] = {}


@dataclass
class _Written:
    """What the parts of some products make of the shelf: stock, changes to note, and what freezes `left`.

    `affected` are the parts whose stored result changed.
    """

    new: list[tuple[StockKey, Stock]] = field(default_factory=list)
    changed: list[tuple[StockKey, Stock]] = field(default_factory=list)
    noted: list[Noted] = field(default_factory=list)
    left: list[Noted] = field(default_factory=list)
    affected: list[Part] = field(default_factory=list)


class Changes:
    """Applies products, and notes what the clearing of the code needs to know of them.

    `reported` have a part that was applied. `vanished` have stock of the code, but no part any more; of
    those in `elsewhere`, another code of the run has stock. `newly_stocked` counts the products of each
    manufacturer that were out of stock before, less those that a buffer put out of stock (R27); of those in
    `unstocked_before`, all were, under any code.
    """

    def __init__(self, context: CodeContext, shelf: Shelf) -> None:
        self._context = context
        self._shelf = shelf
        self._guards = Guards(context, shelf.created)
        self.reported = ProductSet()
        self.vanished = ProductSet()
        self.elsewhere = ProductSet()
        self.newly_stocked: Counter[int] = Counter()
        self.unstocked_before: frozenset[int] = frozenset()

    def apply(self, parts: Parts, noted: Set[Pair] = frozenset()) -> list[Part]:
        """Write the stock of products; return the parts whose stored result changed with it.

        The quantities of several parts are added, and the price is that of the first of them. A missing price
        keeps the old one. A product whose parts are all kept is not changed (R10). Of products in `noted`,
        the parts' matches have the stock as it is: the shelf is read only where that changes.
        """
        self._guards.prepare(parts)
        self._collect(parts)
        known: dict[Pair, tuple[Stock, Result]] = {}
        if noted:
            parts = {
                pair: own
                for pair, own in parts.items()
                if not (pair in noted and self._stays(pair, own, known))
            }
        written = _Written()
        stock = self._shelf.read({product_id for _, product_id in parts})
        frozen = self._context.frozen_manufacturers
        plain = {
            number: mapping
            for number, mapping in self._context.by_manufacturer.items()
            if number not in frozen and self._guards.of(number) is None
        }
        code_key = self._context.code_key
        for pair, own in parts.items():
            manufacturer_id, product_id = pair
            # Without the constructor, which takes as long as all the rest.
            place = _new(StockKey, (product_id, manufacturer_id, code_key))
            rows = stock.get(product_id, _NO_STOCK)
            if len(own) == 1 and manufacturer_id in plain and own[0][1].kept_quantity is None:
                self._apply_plain(place, own[0], rows, plain[manufacturer_id], written)
            else:
                self._apply_one(pair, own, place, rows, written, known.get(pair))
        self._shelf.note(written.noted)
        self._shelf.write(written.new, written.changed)
        self._shelf.frozen_changes.reported(written.left)
        return written.affected

    def _apply_plain(
        self, place: StockKey, part: Part, rows: dict[StockKey, Stock], mapping: Mapping, written: _Written
    ) -> None:
        """Do what `_apply_one` does for a product of one part, without guards and freezes: for nearly all."""
        entry, match = part
        pricing = mapping.pricing
        price = None
        if pricing != "disabled":
            price = entry.retail_cents if pricing == "retail" else entry.current_active_cents
        is_left = price is None and pricing != "disabled"
        before = rows.get(place) if rows else None
        if price is None and before is not None:
            price = before.sale_price_cents
        quantity = entry.quantity or 0
        if quantity > MAX_QUANTITY:
            quantity = MAX_QUANTITY
        after = _new(Stock, (quantity, price, mapping.lead_time_days))
        if after != before:
            (written.new if before is None else written.changed).append((place, after))
            retail = entry.retail_cents if price is None else None
            written.noted.append((place, before, after, retail, 0))
        if rows or not after.quantity:
            self._count_newly_stocked(place, rows, after)
        else:
            self.newly_stocked[place.manufacturer_id] += 1
        figures = (match.shelf_quantity, match.sale_price_cents, match.lead_time_days)
        others = (match.is_price_left, match.withheld, match.blocked)
        if figures != after or others != (is_left, 0, None):
            match.shelf_quantity, match.sale_price_cents, match.lead_time_days = after
            match.is_price_left, match.withheld, match.blocked = is_left, 0, None
            written.affected.append(part)
        elif match.frozen_quantity is not None:
            written.affected.append(part)
        match.frozen_quantity = None

    def _apply_one(
        self,
        pair: Pair,
        own: list[Part],
        place: StockKey,
        rows: dict[StockKey, Stock],
        written: _Written,
        known: tuple[Stock, Result] | None,
    ) -> None:
        """Apply a product; `known` is a result with what it is of, if that is the stock."""
        before = rows.get(place) if rows else None
        is_frozen = False
        result = known[1] if known and known[0] == before else self._result_of(pair, own, before)
        after = result.stock
        if after is None:
            if not own and before is not None and before.quantity > 0:
                self._vanish(place, rows)
            after = before
        elif pair[0] in self._context.frozen_manufacturers:
            written.left.append((place, before, after, retail_of(own, after), result.withheld))
            is_frozen = after != before
            after = before or _NOTHING
            if is_frozen:
                result = left_as(after, own)
        elif after != before:
            (written.new if before is None else written.changed).append((place, after))
            written.noted.append((place, before, after, retail_of(own, after), result.withheld))
            self._guards.note(pair, before, after)
        if after is not None:
            self._count_newly_stocked(place, rows, after)
            written.affected += note_result(own, after, result, is_frozen)

    def _stays(self, pair: Pair, parts: Sequence[Part], known: dict[Pair, tuple[Stock, Result]]) -> bool:
        """Return whether a product's stock stays as its parts have it; what else results is noted in them.

        If it does not stay, the result is added to `known`.
        """
        noted = parts[0].match
        before = Stock(noted.shelf_quantity, noted.sale_price_cents, noted.lead_time_days)
        result = self._result_of(pair, parts, before)
        if result.stock != before:
            known[pair] = before, result
            return False
        note_result(parts, before, result, False)
        return True

    def _collect(self, parts: Parts) -> None:
        """Collect products with a part that is reported; none with a part has vanished."""
        reported = [
            pair
            for pair, own in parts.items()
            if (own[0][1].kept_quantity is None if len(own) == 1 else not are_kept(own))
        ]
        self.reported.update(reported)
        if len(self.vanished):
            for pair, own in parts.items():
                if own:
                    self.vanished.discard(*pair)

    def _vanish(self, place: StockKey, rows: dict[StockKey, Stock]) -> None:
        self.vanished.add(place.manufacturer_id, place.product_id)
        for other, stock in rows.items():
            is_same = other.manufacturer_id == place.manufacturer_id
            if is_same and stock.quantity > 0 and self._context.is_configured(other[2], other[1]):
                self.elsewhere.add(place.manufacturer_id, place.product_id)

    def _result_of(self, pair: Pair, parts: Sequence[Part], before: Stock | None) -> Result:
        quantity = quantity_of(parts[0]) if len(parts) == 1 else sum(map(quantity_of, parts))
        if are_kept(parts):
            return Result(None, withheld=0 if before is None else max(0, quantity - before.quantity))
        mapping = self._context.by_manufacturer[pair[0]]
        guards = self._guards.of(pair[0])
        price, is_left, blocked = None, False, None
        if mapping.pricing != "disabled":
            price = price_of(mapping.pricing, parts[0])
            is_left = price is None
            if price is not None and guards is not None:
                blocked = self._guards.blocked(pair, parts[0].entry, price, before)
        if blocked is not None:
            price = self._guards.price_before(pair, before)
        elif price is None and before is not None:
            price = before.sale_price_cents
        shown = quantity if guards is None else guards.shown(quantity)
        stock = Stock(min(shown, MAX_QUANTITY), price, mapping.lead_time_days)
        return Result(stock, is_left, quantity - shown, blocked)

    def _count_newly_stocked(self, place: StockKey, rows: dict[StockKey, Stock], after: Stock) -> None:
        stocked = [
            other
            for other, stock in rows.items()
            if stock.quantity > 0 and other.manufacturer_id == place.manufacturer_id
        ]
        if after.quantity > 0:
            self.newly_stocked[place.manufacturer_id] += not stocked
        elif stocked == [place]:
            self.newly_stocked[place.manufacturer_id] -= 1
