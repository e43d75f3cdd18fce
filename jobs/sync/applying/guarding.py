"""The guards of one code (R27): read once, and the minimum prices of its products by batches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from jobs.sources.values import amount_of
from jobs.sync.applying import sql
from jobs.sync.applying.context import CodeContext
from jobs.sync.applying.matching import Pair
from webapp.guards import stored_rules
from webapp.guards.rules import GuardRules
from webapp.pulls.entries import COST, Blocked, Entry
from webapp.pulls.product_sets import ProductSet
from webapp.pulls.stock import Stock

_WITH_MINIMUMS: Final = """
    SELECT value FROM {manufacturers:bigint}
    WHERE EXISTS (
        SELECT 1 FROM minimum_prices AS m WHERE m.dealer_id = :dealer AND m.manufacturer_id = value
    )
"""

# A product may have several part numbers: the highest of their minimum prices counts.
_MINIMUMS: Final = """
    SELECT p.product_id, max(m.cents)
    FROM {products:bigint}
    CROSS JOIN part_numbers AS p
    CROSS JOIN minimum_prices AS m
    WHERE p.product_id = products.value AND p.manufacturer_id = :manufacturer
      AND m.dealer_id = :dealer AND m.manufacturer_id = :manufacturer AND m.key = p.key
    GROUP BY p.product_id
"""

_ALLOWED: Final = """
    SELECT manufacturer_id, product_id, cents FROM price_allowances
    WHERE dealer_id = :dealer AND code_key = :code
"""


class Guards:
    """The guards of the code's manufacturers, with what is allowed all the same.

    Products may be written twice by an item. Changes of prices are compared with what was before the item:
    with the shelf, or for products in `created`, which the item was the first to write, with nothing.
    """

    def __init__(self, context: CodeContext, created: ProductSet) -> None:
        self._context = context
        self._created = created
        self._rules = _rules(context)
        self._guard_prices = {number for number, each in self._rules.items() if each.has_price_guards}
        self._allowed = _allowed(context) if self._guard_prices else {}
        self._minimums: dict[Pair, int] = {}
        # Prices that the item has changed, as they were before.
        self._before: dict[Pair, int | None] = {}

    def of(self, manufacturer_id: int) -> GuardRules | None:
        """Return the guards of a manufacturer; None if all are off."""
        return self._rules.get(manufacturer_id)

    def prepare(self, pairs: Iterable[Pair]) -> None:
        """Read the minimum prices of products whose prices are about to be checked."""
        keeping = [number for number, each in self._rules.items() if each.keeps_minimum_prices]
        self._minimums = {}
        listed = list(pairs) if keeping else []
        for number in keeping:
            products = [product_id for manufacturer_id, product_id in listed if manufacturer_id == number]
            for batch in sql.batches(products):
                for product_id, cents in sql.rows(
                    self._context.connection,
                    _MINIMUMS,
                    products=list(batch),
                    dealer=self._context.dealer_id,
                    manufacturer=number,
                ):
                    self._minimums[number, product_id] = cents

    def blocked(self, pair: Pair, entry: Entry, cents: int, before: Stock | None) -> Blocked | None:
        """Return why the price of a product's first part is blocked; None if it is not, or is allowed."""
        if pair[0] not in self._guard_prices or self._allowed.get(pair, -1) in (None, cents):
            return None
        cost = amount_of(entry.raw[COST]) if len(entry.raw) > COST else None
        price_before = self.price_before(pair, before)
        return self._rules[pair[0]].blocked(cents, price_before, cost, self._minimums.get(pair))

    def price_before(self, pair: Pair, before: Stock | None) -> int | None:
        """Return the code's price of a product before the item; `before` is its stock now."""
        if before is None or pair in self._created:
            return None
        return self._before.get(pair, before.sale_price_cents)

    def note(self, pair: Pair, before: Stock | None, after: Stock) -> None:
        """Note the change of a price that may be compared with once more."""
        if before is None or before.sale_price_cents == after.sale_price_cents:
            return
        if pair[0] in self._guard_prices and pair not in self._created:
            self._before.setdefault(pair, before.sale_price_cents)


def _rules(context: CodeContext) -> dict[int, GuardRules]:
    """Return the guards that are on, by manufacturer."""
    stored = stored_rules.read(context.connection, context.dealer_id)
    rules = {number: stored.of(context.code_key, number) for number in context.by_manufacturer}
    keeping = [number for number, each in rules.items() if each.keeps_minimum_prices]
    given = {"manufacturers": keeping, "dealer": context.dealer_id}
    known = {row[0] for row in sql.rows(context.connection, _WITH_MINIMUMS, **given)} if keeping else set()
    for number in keeping:
        rules[number] = replace(rules[number], keeps_minimum_prices=number in known)
    return {number: each for number, each in rules.items() if not each.is_off}


def _allowed(context: CodeContext) -> dict[Pair, int | None]:
    """Return the prices that users allowed; None allows any price of the product."""
    rows = sql.rows(context.connection, _ALLOWED, dealer=context.dealer_id, code=context.code_key)
    return {(row[0], row[1]): row[2] for row in rows}
