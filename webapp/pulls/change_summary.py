"""Summary of changes of shelf stock by product: what came into stock, sold out, prices. Pure.

Several changes of one place (product, manufacturer and code) are one, from the first before to the last
after: what went down and up again is nothing. What changed of a product under several codes adds up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from heapq import nlargest
from typing import Final, NamedTuple

from webapp.pulls.stock import StockKey
from webapp.pulls.stock_changes import Change

# Products of a group that are named.
NAMED: Final = 10
_KEPT: Final = 200

Places = dict[StockKey, Change]


class ProductChange(NamedTuple):
    """Units of a product before and after, over the codes that changed, and how much more that is worth.

    `prices` are the sale prices in cents before and after, of the code whose price changed most, if one that
    was in stock before and after has a different price. `is_zero_by_guard`: guards keep its last
    units off the webstore (R27).
    """

    product_id: int
    before: int
    after: int
    value_cents: int
    prices: tuple[int, int] | None
    is_zero_by_guard: bool = False

    @property
    def price_difference(self) -> int:
        """Return how many cents the price changed, without sign."""
        return abs(self.prices[1] - self.prices[0]) if self.prices else 0


@dataclass
class Group:
    """Products of one kind of change: how many, their units and value, and the largest."""

    products: int = 0
    units: int = 0
    value_cents: int = 0
    _largest: list[ProductChange] = field(default_factory=list)

    def add(self, change: ProductChange) -> None:
        """Count a product; units and value without sign."""
        self.products += 1
        self.units += abs(change.after - change.before)
        self.value_cents += abs(change.value_cents)
        self._largest.append(change)
        if len(self._largest) >= _KEPT:
            self._largest = self.largest

    @property
    def largest(self) -> list[ProductChange]:
        """Return the products of the highest value, the largest first; without prices, of the most units."""
        return nlargest(NAMED, self._largest, key=self._size)

    @staticmethod
    def _size(change: ProductChange) -> tuple[int, ...]:
        return abs(change.value_cents), abs(change.after - change.before), -change.product_id


class PriceGroup(Group):
    """Products of which a price changed; the largest are those whose price changed most."""

    @staticmethod
    def _size(change: ProductChange) -> tuple[int, ...]:
        return change.price_difference, -change.product_id


@dataclass
class ChangeSummary:
    """Products by what happened to them. A product with a new price can also have more or fewer units."""

    came_in: Group = field(default_factory=Group)
    sold_out: Group = field(default_factory=Group)
    guarded: Group = field(default_factory=Group)
    more: Group = field(default_factory=Group)
    fewer: Group = field(default_factory=Group)
    prices: PriceGroup = field(default_factory=PriceGroup)

    def add(self, changes: Iterable[ProductChange], others: Mapping[int, int]) -> None:
        """Count products. `others` are units of a product under codes that did not change."""
        for change in changes:
            if change.before != change.after:
                self._group_of(change, others.get(change.product_id, 0)).add(change)
            if change.prices:
                self.prices.add(change)

    def _group_of(self, change: ProductChange, others: int) -> Group:
        if change.after > change.before:
            return self.more if change.before or others else self.came_in
        if change.after or others:
            return self.fewer
        return self.guarded if change.is_zero_by_guard else self.sold_out

    def __bool__(self) -> bool:
        stock = self.came_in, self.sold_out, self.guarded, self.more, self.fewer
        return any(group.products for group in (*stock, self.prices))


def collapse(changes: Iterable[Change], into: Places) -> None:
    """Add changes, in the order in which they were made."""
    for change in changes:
        earlier = into.get(change.place)
        into[change.place] = change if earlier is None else change._replace(before=earlier.before)


def by_product(places: Places) -> Iterator[ProductChange]:
    """Yield what changed of each product; nothing of one whose units and prices are what they were."""
    products: dict[int, list[Change]] = {}
    for place, change in places.items():
        products.setdefault(place.product_id, []).append(change)
    for product_id, changes in products.items():
        before = sum(change.before.quantity for change in changes if change.before)
        after = sum(change.after.quantity for change in changes)
        prices = max(
            filter(None, map(_prices, changes)), key=lambda pair: abs(pair[1] - pair[0]), default=None
        )
        if before != after or prices:
            value = sum(change.value_cents for change in changes)
            is_guarded = any(change.is_zero_by_guard for change in changes)
            yield ProductChange(product_id, before, after, value, prices, is_guarded)


def may_have_others(change: ProductChange) -> bool:
    """Return whether it matters if the product has units under codes that did not change."""
    return change.before != change.after and not (change.before and change.after)


def _prices(change: Change) -> tuple[int, int] | None:
    before, after = change.before, change.after
    if before is None or not before.quantity or not after.quantity:
        return None
    pair = before.sale_price_cents, after.sale_price_cents
    return None if pair[0] is None or pair[1] is None or pair[0] == pair[1] else (pair[0], pair[1])
