"""What the parts of a code make of its stock of each product (R13, R15)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence, Set
from typing import Final, NamedTuple

from jobs.sync.applying.context import CodeContext
from jobs.sync.applying.guarding import Guards
from jobs.sync.applying.matching import Pair
from jobs.sync.applying.shelf import Shelf
from webapp.core.limits import MAX_QUANTITY
from webapp.pulls.entries import Blocked, Entry, Match
from webapp.pulls.product_sets import ProductSet
from webapp.pulls.stock import Stock, StockKey
from webapp.pulls.stock_changes import Noted


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


# What the shelf has of a new part whose product is frozen.
_NOTHING: Final = Stock(0, None, 0)
# Of a product that was never in stock.
_NO_STOCK: Final[dict[StockKey, Stock]] = {}

# The parts of each product, in part number order.
Parts = dict[Pair, list[Part]]


def parts_of(entries: Iterable[Entry], pairs: set[Pair]) -> Parts:
    """Return the parts of products, from entries in part number order."""
    found: Parts = {pair: [] for pair in pairs}
    for entry in entries:
        for match in entry.matches:
            own = found.get((match.manufacturer_id, match.product_id))
            if own is not None:
                own.append(Part(entry, match))
    return found


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
        if noted:
            parts = {
                pair: own for pair, own in parts.items() if not (pair in noted and self._stays(pair, own))
            }
        stock = self._shelf.read({product_id for _, product_id in parts})
        frozen = self._context.frozen_manufacturers
        new: list[tuple[StockKey, Stock]] = []
        changed: list[tuple[StockKey, Stock]] = []
        changes: list[Noted] = []
        left: list[Noted] = []
        affected: list[Part] = []
        for pair, own in parts.items():
            place = StockKey(pair[1], pair[0], self._context.code_key)
            rows = stock.get(pair[1], _NO_STOCK)
            before = rows.get(place) if rows else None
            is_frozen = False
            result = self._result_of(pair, own, before)
            after = result.stock
            if after is None:
                if not own and before is not None and before.quantity > 0:
                    self._vanish(place, rows)
                after = before
            elif pair[0] in frozen:
                left.append((place, before, after, _retail(own, after)))
                is_frozen = after != before
                after = before or _NOTHING
                if is_frozen:
                    result = _left_as(after, own)
            elif after != before:
                (new if before is None else changed).append((place, after))
                changes.append((place, before, after, _retail(own, after)))
                self._guards.note(pair, before, after)
            if after is not None:
                self._count_newly_stocked(place, rows, after)
                affected += _note(own, after, result, is_frozen)
        self._shelf.note(changes)
        self._shelf.write(new, changed)
        self._shelf.frozen_changes.reported(left)
        return affected

    def _stays(self, pair: Pair, parts: Sequence[Part]) -> bool:
        """Return whether a product's stock stays as its parts have it; what else results is noted in them."""
        noted = parts[0].match
        before = Stock(noted.shelf_quantity, noted.sale_price_cents, noted.lead_time_days)
        result = self._result_of(pair, parts, before)
        if result.stock != before:
            return False
        _note(parts, before, result, False)
        return True

    def _collect(self, parts: Parts) -> None:
        """Collect products with a part that is reported; none with a part has vanished."""
        self.reported.update(pair for pair, own in parts.items() if not _are_kept(own))
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
        quantity = _quantity(parts[0]) if len(parts) == 1 else sum(map(_quantity, parts))
        if _are_kept(parts):
            return Result(None, withheld=0 if before is None else max(0, quantity - before.quantity))
        mapping = self._context.by_manufacturer[pair[0]]
        guards = self._guards.of(pair[0])
        price, is_left, blocked = None, False, None
        if mapping.pricing != "disabled":
            price = _price(mapping.pricing, parts[0])
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


def _retail(parts: Sequence[Part], stock: Stock) -> int | None:
    return parts[0].entry.retail_cents if stock.sale_price_cents is None else None


def _left_as(stock: Stock, parts: Sequence[Part]) -> Result:
    """Return the result of parts whose product a freeze leaves as it is: what it was."""
    kept = (part.match.kept_quantity for part in parts)
    frozen = (part.match.frozen_quantity for part in parts)
    quantity = sum(first or second or 0 for first, second in zip(kept, frozen, strict=True))
    return Result(stock, withheld=max(0, quantity - stock.quantity))


def _are_kept(parts: Sequence[Part]) -> bool:
    """Return whether none of the parts is reported."""
    if len(parts) == 1:
        return parts[0].match.kept_quantity is not None
    return all(part.match.kept_quantity is not None for part in parts)


def _price(pricing: str, first: Part) -> int | None:
    entry, match = first
    if match.kept_quantity is not None:
        return None
    return entry.retail_cents if pricing == "retail" else entry.current_active_cents


def _note(parts: Sequence[Part], stock: Stock, result: Result, is_frozen: bool) -> list[Part]:
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


def _quantity(part: Part) -> int:
    kept = part.match.kept_quantity
    return kept if kept is not None else part.entry.quantity or 0
