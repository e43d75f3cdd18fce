"""Notes what an item changes of shelf stock, before and after (R25)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from jobs.sync.applying import sql
from jobs.sync.applying.context import CodeContext
from webapp.pulls.change_log import ChangeLog
from webapp.pulls.stock import Stock, StockKey
from webapp.pulls.stock_changes import Noted

REPORTED: Final = "reported"
CLEARED: Final = "cleared"
MOVED: Final = "moved"
APPROVED: Final = "approved"

_PRICES: Final = """
    SELECT p.id, p.msrp_cents
    FROM {products:bigint}
    CROSS JOIN products AS p
    WHERE p.id = products.value AND p.msrp_cents IS NOT NULL
"""


class NotedChanges:
    """The changes of one item. `flush` is called at the end of its transaction."""

    def __init__(self, context: CodeContext) -> None:
        self._context = context
        self._log = ChangeLog(context.connection, context.dealer_id, context.item_id)
        self.flush = self._log.flush

    def reported(self, changes: Sequence[Noted], again: Mapping[StockKey, Stock]) -> None:
        """Note what reported parts change; `again` is stock that the item has changed before."""
        if again:
            self._log.amend(again)
            changes = [change for change in changes if change[0] not in again]
        self._log.add(REPORTED, changes)

    def quantities(self, cause: str, rows: Sequence[tuple[StockKey, Stock, int]]) -> None:
        """Note rows of the shelf whose quantity changes to the given one."""
        self._log.add(cause, with_catalog_prices(self._context, rows))


def with_catalog_prices(context: CodeContext, rows: Sequence[tuple[StockKey, Stock, int]]) -> list[Noted]:
    """Return changes of quantities, with the catalog's price of products without a sale price."""
    without_price = [place.product_id for place, stock, _ in rows if stock.sale_price_cents is None]
    prices = dict(_catalog_prices(context, without_price))
    return [
        (place, stock, stock._replace(quantity=quantity), prices.get(place.product_id), 0)
        for place, stock, quantity in rows
        if quantity != stock.quantity
    ]


def _catalog_prices(context: CodeContext, product_ids: list[int]) -> list[tuple[int, int]]:
    if not product_ids:
        return []
    return [tuple(row) for row in sql.rows(context.connection, _PRICES, products=product_ids)]
