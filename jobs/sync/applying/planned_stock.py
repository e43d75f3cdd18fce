"""What the codes of a plan change of the shelf and of webstore figures: kept in memory, not written (R24)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from heapq import merge
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from sqlalchemy.engine import Connection

from jobs.sync.applying.figure_rows import Figured, FigureRows
from jobs.sync.applying.shelf_rows import Placed, Row, ShelfRows
from webapp.previews.shelf_figures import Differences
from webapp.pulls.product_locks import AnyFigures
from webapp.pulls.stock import Stock, StockKey
from webapp.pulls.stock_changes import Noted

if TYPE_CHECKING:
    from jobs.sync.applying.context import CodeContext

# Parts of the codes whose changes are kept in memory. Larger ones are written, and rolled back.
MOST: Final = 200_000

# Stock by product, of a manufacturer and a code key.
_Changed = dict[tuple[int, str], dict[int, Stock]]


class PlannedStock:
    """Changes of the codes that are planned so far, and of the current one."""

    def __init__(self, connection: Connection, dealer_id: int) -> None:
        self.shelf = PlannedShelf(connection, dealer_id)
        self.figures = PlannedFigures(connection, dealer_id)
        self._parts = 0

    def begin(self, context: CodeContext, parts: int) -> CodeContext:
        """Return the context of the next code, which has so many parts."""
        self._parts += parts
        if self._parts > MOST:
            self.shelf.write_kept(context)
            self.figures.write_kept()
            self._parts = parts
        self.shelf.is_written = self.figures.is_written = parts > MOST
        return replace(context, planned=self)

    def keep(self) -> None:
        """Keep what the current code changes, for the codes after it."""
        self.shelf.keep()
        self.figures.keep()

    def forget(self) -> None:
        """Forget what the current code changes: it is not applied, and what was written is rolled back."""
        self.shelf.forget()
        self.figures.forget()


class PlannedShelf(ShelfRows):
    """The shelf as the codes so far would leave it.

    `is_written`: the current code is too large for memory. `differences` are those of the codes before it.
    """

    def __init__(self, connection: Connection, dealer_id: int) -> None:
        super().__init__(connection, dealer_id)
        self.is_written = False
        self._kept: _Changed = {}
        self._own: _Changed = {}
        self.differences = Differences()
        self._own_differences = Differences()

    def of_products(self, product_ids: Sequence[int]) -> Iterator[Row]:
        yield from super().of_products(product_ids)
        for changed in (self._kept, self._own):
            for (manufacturer_id, code_key), products in changed.items():
                for product_id in products.keys() & product_ids:
                    yield product_id, manufacturer_id, code_key, *products[product_id]

    def in_stock(self, manufacturer_id: int) -> Iterator[Row]:
        changed = self._of_manufacturer(manufacturer_id)
        if not changed:
            return super().in_stock(manufacturer_id)
        stored = (row for row in super().in_stock(manufacturer_id) if (row[0], row[2]) not in changed)
        planned = [
            (product_id, manufacturer_id, code_key, *stock)
            for (product_id, code_key), stock in sorted(changed.items())
            if stock.quantity > 0
        ]
        return merge(stored, planned, key=itemgetter(0))

    def has_stock(self, manufacturer_id: int) -> bool:
        if not self._has(manufacturer_id):
            return super().has_stock(manufacturer_id)
        return next(self.in_stock(manufacturer_id), None) is not None

    def count_stocked(self, manufacturer_id: int) -> int:
        if not self._has(manufacturer_id):
            return super().count_stocked(manufacturer_id)
        return len({row[0] for row in self.in_stock(manufacturer_id)})

    def note(self, changes: Sequence[Noted]) -> None:
        self._own_differences.add(changes)

    def insert(self, context: CodeContext, rows: Sequence[Placed]) -> None:
        if self.is_written:
            super().insert(context, rows)
        else:
            self._put(rows)

    def update(self, context: CodeContext, rows: Sequence[Placed]) -> None:
        if self.is_written:
            super().update(context, rows)
        else:
            self._put(rows)

    def set_quantities(self, context: CodeContext, rows: Sequence[Placed]) -> None:
        if self.is_written:
            super().set_quantities(context, rows)
        else:
            self._put(rows)

    def _put(self, rows: Sequence[Placed]) -> None:
        own = self._own
        for (product_id, manufacturer_id, code_key), stock in rows:
            products = own.get((manufacturer_id, code_key))
            if products is None:
                products = own[manufacturer_id, code_key] = {}
            products[product_id] = stock

    def keep(self) -> None:
        """Keep what the current code changes."""
        for place, products in self._own.items():
            self._kept.setdefault(place, {}).update(products)
        self.differences.merge(self._own_differences)
        self.forget()

    def forget(self) -> None:
        """Forget what the current code changes."""
        self._own, self._own_differences = {}, Differences()

    def write_kept(self, context: CodeContext) -> None:
        """Write what was kept in memory; no code depends on the item and the spelling of another's stock."""
        for (manufacturer_id, code_key), products in self._kept.items():
            placed = [
                (StockKey(number, manufacturer_id, code_key), stock) for number, stock in products.items()
            ]
            self.put(replace(context, code_key=code_key, code=code_key), placed)
        self._kept = {}

    def _has(self, manufacturer_id: int) -> bool:
        return any(number == manufacturer_id for changed in (self._kept, self._own) for number, _ in changed)

    def _of_manufacturer(self, manufacturer_id: int) -> dict[tuple[int, str], Stock]:
        return {
            (product_id, code_key): stock
            for changed in (self._kept, self._own)
            for (number, code_key), products in changed.items()
            if number == manufacturer_id
            for product_id, stock in products.items()
        }


class PlannedFigures(FigureRows):
    """The webstore figures as the codes so far would leave them."""

    def __init__(self, connection: Connection, dealer_id: int) -> None:
        super().__init__(connection, dealer_id)
        self.is_written = False
        self._kept: dict[int, AnyFigures] = {}
        self._own: dict[int, AnyFigures] = {}

    def read(self, product_ids: list[int]) -> dict[int, AnyFigures]:
        found = super().read(product_ids)
        for changed in (self._kept, self._own):
            found.update({number: changed[number] for number in changed.keys() & product_ids})
        return found

    def write(self, new: Sequence[Figured], changed: Sequence[Figured]) -> None:
        if self.is_written:
            super().write(new, changed)
            return
        self._own.update(new)
        self._own.update(changed)

    def add_totals(self, totals: Mapping[str, Sequence[int]]) -> None:
        """No code depends on them."""

    def keep(self) -> None:
        """Keep what the current code changes."""
        self._kept.update(self._own)
        self._own = {}

    def forget(self) -> None:
        """Forget what the current code changes."""
        self._own = {}

    def write_kept(self) -> None:
        """Write what was kept in memory."""
        super().write([], list(self._kept.items()))
        self._kept = {}
