"""Shelf stock: reads what is there, and writes what differs (R13, R17)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from jobs.reports import lines
from jobs.sync.applying import sql
from jobs.sync.applying.context import CodeContext
from jobs.sync.applying.frozen_changes import FrozenChanges
from jobs.sync.applying.noting import NotedChanges
from webapp.pulls.entries import Match
from webapp.pulls.product_sets import Bitmap, ProductSet
from webapp.pulls.stock import Stock, StockKey
from webapp.pulls.stock_changes import Noted

# Products whose stock is kept in memory.
_MOST_KNOWN: Final = 2 * sql.BATCH


class Shelf:
    """Shelf stock of the dealer, as far as it was read, with this code's changes."""

    def __init__(self, context: CodeContext) -> None:
        self._context = context
        self._rows = context.shelf_rows
        self.created = ProductSet()
        self.updated = ProductSet()
        # Products that had no stock under any code before this item, so that they have no figures.
        self.never_stocked = Bitmap()
        # Stock that was read or written last: figures are made of it, mostly.
        self._known: dict[int, dict[StockKey, Stock]] = {}
        # Products with changed stock, whose figures may change.
        self.touched = Bitmap()
        self.noted = NotedChanges(context)
        # What a freeze kept back.
        self.frozen_changes = FrozenChanges(context)

    def is_frozen(self, place: StockKey) -> bool:
        """Return whether a freeze keeps the stock as it is (R26)."""
        return self._context.frozen.covers(place.code_key, place.manufacturer_id)

    def of(self, manufacturer_id: int, product_id: int) -> str:
        """Return how this item changed its stock of a product: `new`, `updated` or `unchanged`."""
        if product_id not in self.touched:
            return lines.UNCHANGED
        if (manufacturer_id, product_id) in self.created:
            return lines.NEW
        return lines.UPDATED if (manufacturer_id, product_id) in self.updated else lines.UNCHANGED

    def of_all(self, matches: Sequence[Match]) -> list[str]:
        """Return how this item changed its stock of each match's product, as `of` does."""
        touched = self.touched.common([match.product_id for match in matches])
        if not touched:
            return [lines.UNCHANGED] * len(matches)
        numbers = {match.manufacturer_id for match in matches}
        created = {number: self.created.of(number).common(touched) for number in numbers}
        updated = {number: self.updated.of(number).common(touched) for number in numbers}
        return [
            lines.UNCHANGED
            if match.product_id not in touched
            else lines.NEW
            if match.product_id in created[match.manufacturer_id]
            else lines.UPDATED
            if match.product_id in updated[match.manufacturer_id]
            else lines.UNCHANGED
            for match in matches
        ]

    def read(self, product_ids: Collection[int]) -> dict[int, dict[StockKey, Stock]]:
        """Return all stock of each product, under any code, in the order of their ids."""
        missing = [product_id for product_id in product_ids if product_id not in self._known]
        if len(self._known) + len(missing) > _MOST_KNOWN:
            self._known, missing = {}, list(product_ids)
        self._known.update({product_id: {} for product_id in missing})
        for row in self._rows.of_products(sorted(missing)):
            self._known[row[0]][StockKey(*row[:3])] = Stock(*row[3:])
        self.never_stocked.update([product_id for product_id in missing if not self._known[product_id]])
        return {product_id: self._known[product_id] for product_id in sorted(product_ids)}

    def note(self, changes: Sequence[Noted]) -> None:
        """Note changes that `write` is about to write."""
        again = {
            place: after
            for place, before, after, *_ in changes
            if before is not None and self.of(place[1], place[0]) != lines.UNCHANGED
        }
        self.noted.reported(changes, again)
        self._rows.note(changes)

    def write(self, new: Sequence[tuple[StockKey, Stock]], changed: Sequence[tuple[StockKey, Stock]]) -> None:
        """Write the code's own stock: rows that are new, and rows that differ."""
        for written, rows in ((self.created, new), (self.updated, changed)):
            written.update([(manufacturer, product) for (product, manufacturer, _), _ in rows])
            self.touched.update([place[0] for place, _ in rows])
        self._rows.insert(self._context, new)
        self._rows.update(self._context, changed)
        for place, stock in (*new, *changed):
            known = self._known.get(place[0])
            if known is not None:
                known[place] = stock

    def set_quantities(self, rows: Sequence[tuple[StockKey, int]], cause: str) -> int:
        """Set the quantity of stock of any code that is not frozen; price and lead time stay.

        Returns the number of rows that were set.
        """
        if not rows:
            return 0
        stock = self.read({place.product_id for place, _ in rows})
        changes = [(place, stock[place.product_id][place], quantity) for place, quantity in rows]
        if self._context.frozen.is_any:
            self.frozen_changes.quantities(cause, [row for row in changes if self.is_frozen(row[0])])
            changes = [row for row in changes if not self.is_frozen(row[0])]
        self.noted.quantities(cause, changes)
        written = [(place, stock._replace(quantity=quantity)) for place, stock, quantity in changes]
        self._rows.note(
            [(*row[:2], after, None, 0) for row, (_, after) in zip(changes, written, strict=True)]
        )
        self._rows.set_quantities(self._context, written)
        for place, after in written:
            self.touched.add(place.product_id)
            if place.product_id in self._known:
                self._known[place.product_id][place] = after
        return len(written)
