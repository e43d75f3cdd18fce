"""Shelf stock: reads what is there, and writes what differs (R13, R17)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy.engine import Connection

from jobs.reports import lines
from jobs.sync.applying import sql
from jobs.sync.applying.context import CodeContext
from webapp.core.pg_copy import copy_rows
from webapp.pulls.product_sets import Bitmap, ProductSet


class Stock(NamedTuple):
    """Shelf stock of one code for one product."""

    quantity: int
    sale_price_cents: int | None
    lead_time_days: int


class StockKey(NamedTuple):
    """Where stock is: a product of a manufacturer under a supplier code."""

    product_id: int
    manufacturer_id: int
    code_key: str


_SHELF: Final = """
    SELECT s.product_id, s.manufacturer_id, s.code_key, s.quantity, s.sale_price_cents, s.lead_time_days
    FROM {products:bigint}
    CROSS JOIN shelf_stock AS s
    WHERE s.dealer_id = :dealer AND s.product_id = products.value
"""

_INSERT: Final = """
    INSERT INTO shelf_stock (dealer_id, product_id, manufacturer_id, code_key, code, quantity,
                             sale_price_cents, lead_time_days, created_item_id, changed_item_id)
    VALUES (:dealer, :product, :manufacturer, :code_key, :code, :quantity, :price, :days, :item, :item)
"""

# PostgreSQL, for many rows. An UPDATE that joins a list is planned without knowing its length, and took
# seconds; a conflict is always looked up by the key.
_UPDATE_MANY: Final = """
    INSERT INTO shelf_stock (dealer_id, product_id, manufacturer_id, code_key, code, quantity,
                             sale_price_cents, lead_time_days, created_item_id, changed_item_id)
    SELECT :dealer, u.product, u.manufacturer, :code_key, :code, u.quantity, u.price, u.days, NULL, :item
    FROM unnest(CAST(:products AS int[]), CAST(:manufacturers AS int[]), CAST(:quantities AS int[]),
                CAST(:prices AS int[]), CAST(:days AS int[]))
         AS u (product, manufacturer, quantity, price, days)
    ON CONFLICT (dealer_id, product_id, manufacturer_id, code_key) DO UPDATE
       SET quantity = excluded.quantity, sale_price_cents = excluded.sale_price_cents,
           lead_time_days = excluded.lead_time_days, code = excluded.code,
           changed_item_id = excluded.changed_item_id
"""

_SET_QUANTITY: Final = """
    UPDATE shelf_stock SET quantity = :quantity, changed_item_id = :item
    WHERE dealer_id = :dealer AND product_id = :product AND manufacturer_id = :manufacturer
      AND code_key = :code_key
"""

_UPDATE_ROW: Final = """
    UPDATE shelf_stock
    SET quantity = :quantity, sale_price_cents = :price, lead_time_days = :days, code = :code,
        changed_item_id = :item
    WHERE dealer_id = :dealer AND product_id = :product AND manufacturer_id = :manufacturer
      AND code_key = :code_key
"""

_COLUMNS: Final = (
    *("dealer_id", "product_id", "manufacturer_id", "code_key", "code", "quantity", "sale_price_cents"),
    *("lead_time_days", "created_item_id", "changed_item_id"),
)


class Shelf:
    """Shelf stock of the dealer, as far as it was read, with this code's changes."""

    def __init__(self, context: CodeContext) -> None:
        self._context = context
        self._connection: Connection = context.connection
        self.created = ProductSet()
        self.updated = ProductSet()
        # Products with changed stock, whose figures may change.
        self.touched = Bitmap()

    def of(self, manufacturer_id: int, product_id: int) -> str:
        """Return how this item changed its stock of a product: `new`, `updated` or `unchanged`."""
        if (manufacturer_id, product_id) in self.created:
            return lines.NEW
        return lines.UPDATED if (manufacturer_id, product_id) in self.updated else lines.UNCHANGED

    def read(self, product_ids: Collection[int]) -> dict[int, dict[StockKey, Stock]]:
        """Return all stock of products, under any code."""
        found: dict[int, dict[StockKey, Stock]] = {}
        for batch in sql.batches(sorted(product_ids)):
            for row in sql.rows(
                self._connection, _SHELF, products=list(batch), dealer=self._context.dealer_id
            ):
                found.setdefault(row[0], {})[StockKey(*row[:3])] = Stock(*row[3:])
        return found

    def write(self, new: Sequence[tuple[StockKey, Stock]], changed: Sequence[tuple[StockKey, Stock]]) -> None:
        """Write the code's own stock: rows that are new, and rows that differ."""
        for place, _ in new:
            self.created.add(place.manufacturer_id, place.product_id)
            self.touched.add(place.product_id)
        for place, _ in changed:
            self.updated.add(place.manufacturer_id, place.product_id)
            self.touched.add(place.product_id)
        self._insert(new)
        self._update(changed)

    def _insert(self, rows: Sequence[tuple[StockKey, Stock]]) -> None:
        context = self._context
        if len(rows) >= sql.MANY and self._connection.dialect.name == "postgresql":
            tail = context.item_id, context.item_id
            head = context.dealer_id
            copy_rows(
                self._connection,
                "shelf_stock",
                _COLUMNS,
                ((head, *place, context.code, *stock, *tail) for place, stock in rows),
            )
        elif rows:
            self._connection.execute(sql.plain(_INSERT), self._values(rows))

    def _update(self, rows: Sequence[tuple[StockKey, Stock]]) -> None:
        context = self._context
        if len(rows) >= sql.MANY and self._connection.dialect.name == "postgresql":
            values = {
                "dealer": context.dealer_id,
                "code_key": context.code_key,
                "code": context.code,
                "item": context.item_id,
                "products": [place.product_id for place, _ in rows],
                "manufacturers": [place.manufacturer_id for place, _ in rows],
                "quantities": [stock.quantity for _, stock in rows],
                "prices": [stock.sale_price_cents for _, stock in rows],
                "days": [stock.lead_time_days for _, stock in rows],
            }
            self._connection.execute(sql.plain(_UPDATE_MANY), values)
        elif rows:
            self._connection.execute(sql.plain(_UPDATE_ROW), self._values(rows))

    def _values(self, rows: Iterable[tuple[StockKey, Stock]]) -> list[dict[str, Any]]:
        context = self._context
        return [
            {
                "dealer": context.dealer_id,
                "product": place.product_id,
                "manufacturer": place.manufacturer_id,
                "code_key": place.code_key,
                "code": context.code,
                "quantity": stock.quantity,
                "price": stock.sale_price_cents,
                "days": stock.lead_time_days,
                "item": context.item_id,
            }
            for place, stock in rows
        ]

    def set_quantities(self, rows: Sequence[tuple[StockKey, int]]) -> None:
        """Set the quantity of stock of any code; price and lead time stay."""
        for place, _ in rows:
            self.touched.add(place.product_id)
        if rows:
            values = [
                {
                    "dealer": self._context.dealer_id,
                    "product": place.product_id,
                    "manufacturer": place.manufacturer_id,
                    "code_key": place.code_key,
                    "quantity": quantity,
                    "item": self._context.item_id,
                }
                for place, quantity in rows
            ]
            self._connection.execute(sql.plain(_SET_QUANTITY), values)
