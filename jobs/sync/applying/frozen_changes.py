"""Notes the changes that a freeze keeps back: what the run would have done to the shelf (R26)."""

from __future__ import annotations

from collections.abc import Sequence

from jobs.sync.applying.context import CodeContext
from jobs.sync.applying.noting import REPORTED, with_catalog_prices
from webapp.pulls.change_log import ChangeLog
from webapp.pulls.product_sets import ProductSet
from webapp.pulls.stock import Stock, StockKey
from webapp.pulls.stock_changes import Noted


class FrozenChanges:
    """Changes that one item does not write. `flush` is called at the end of its transaction."""

    def __init__(self, context: CodeContext) -> None:
        self._context = context
        self._log = ChangeLog(context.connection, context.dealer_id, context.item_id, context.code_key)
        self._own = ProductSet()
        self.flush = self._log.flush
        self.count = 0

    def reported(self, changes: Sequence[Noted]) -> None:
        """Keep back what reported parts change of the code's own stock; `after` may equal `before`.

        Products with parts in several windows come twice: the last one counts.
        """
        again = {place: after for place, _, after, *_ in changes if self._is_noted(place)}
        if again:
            self.count -= self._log.amend(again)
        self._add(REPORTED, [row for row in changes if row[1] != row[2] and row[0] not in again])

    def quantities(self, cause: str, rows: Sequence[tuple[StockKey, Stock, int]]) -> None:
        """Keep back that rows of the shelf get the given quantity."""
        new = [row for row in rows if not self._is_noted(row[0])]
        self._add(cause, with_catalog_prices(self._context, new))

    def _add(self, cause: str, changes: Sequence[Noted]) -> None:
        own = [place for place, *_ in changes if place.code_key == self._context.code_key]
        self._own.update((place.manufacturer_id, place.product_id) for place in own)
        self._log.add(cause, changes)
        self.count += len(changes)

    def _is_noted(self, place: StockKey) -> bool:
        is_own = place.code_key == self._context.code_key
        return is_own and (place.manufacturer_id, place.product_id) in self._own
