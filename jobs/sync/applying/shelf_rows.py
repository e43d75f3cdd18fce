"""Rows of the dealer's shelf: how the codes of a run read and write them (R13)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.engine import Connection

from jobs.sync.applying import sql
from webapp.core.pg_copy import NULL, copy_lines, escaped
from webapp.pulls.stock import Stock, StockKey
from webapp.pulls.stock_changes import Noted

if TYPE_CHECKING:
    from jobs.sync.applying.context import CodeContext

# Rows of the shelf that are read at once.
PAGE: Final = 20_000

# Product, manufacturer, code key, quantity, sale price and lead time.
Row = Any
# Stock that is new, or that differs, with its place.
Placed = tuple[StockKey, Stock]

_SHELF: Final = """
    SELECT s.product_id, s.manufacturer_id, s.code_key, s.quantity, s.sale_price_cents, s.lead_time_days
    FROM {products:bigint}
    CROSS JOIN shelf_stock AS s
    WHERE s.dealer_id = :dealer AND s.product_id = products.value
"""

_IN_STOCK: Final = """
    SELECT product_id, manufacturer_id, code_key, quantity, sale_price_cents, lead_time_days
    FROM shelf_stock
    WHERE dealer_id = :dealer AND manufacturer_id = :manufacturer AND quantity > 0
      AND product_id > :after
    ORDER BY product_id
    LIMIT :limit
"""

_ANY_STOCK: Final = """
    SELECT product_id FROM shelf_stock
    WHERE dealer_id = :dealer AND manufacturer_id = :manufacturer AND quantity > 0
    LIMIT 1
"""

_COUNT_STOCKED: Final = """
    SELECT count(DISTINCT product_id) FROM shelf_stock
    WHERE dealer_id = :dealer AND manufacturer_id = :manufacturer AND quantity > 0
"""

_INSERT: Final = """
    INSERT INTO shelf_stock (dealer_id, product_id, manufacturer_id, code_key, code, quantity,
                             sale_price_cents, lead_time_days, created_item_id, changed_item_id)
    VALUES (:dealer, :product, :manufacturer, :code_key, :code, :quantity, :price, :days, :item, :item)
"""

_REPLACE: Final = """
    ON CONFLICT (dealer_id, product_id, manufacturer_id, code_key) DO UPDATE
       SET quantity = excluded.quantity, sale_price_cents = excluded.sale_price_cents,
           lead_time_days = excluded.lead_time_days, code = excluded.code,
           changed_item_id = excluded.changed_item_id
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


class ShelfRows:
    """The rows in the database."""

    def __init__(self, connection: Connection, dealer_id: int) -> None:
        self._connection = connection
        self._dealer_id = dealer_id

    def of_products(self, product_ids: Sequence[int]) -> Iterator[Row]:
        """Yield all stock of some products, under any code. Of rows with one place the last counts."""
        for batch in sql.batches(product_ids):
            yield from sql.rows(self._connection, _SHELF, products=list(batch), dealer=self._dealer_id)

    def in_stock(self, manufacturer_id: int) -> Iterator[Row]:
        """Yield the stock of a manufacturer with a quantity, by product, page by page."""
        after, of_manufacturer = 0, {"dealer": self._dealer_id, "manufacturer": manufacturer_id}
        while True:
            page = sql.rows(self._connection, _IN_STOCK, **of_manufacturer, after=after, limit=PAGE)
            if len(page) < PAGE:
                yield from page
                return
            # The rows of one product stay together.
            last = page[-1].product_id
            whole = [row for row in page if row.product_id != last]
            yield from whole
            after = whole[-1].product_id

    def has_stock(self, manufacturer_id: int) -> bool:
        """Return whether anything of a manufacturer is in stock."""
        of_manufacturer = {"dealer": self._dealer_id, "manufacturer": manufacturer_id}
        return bool(sql.rows(self._connection, _ANY_STOCK, **of_manufacturer))

    def count_stocked(self, manufacturer_id: int) -> int:
        """Return the number of a manufacturer's products in stock."""
        of_manufacturer = {"dealer": self._dealer_id, "manufacturer": manufacturer_id}
        return int(sql.rows(self._connection, _COUNT_STOCKED, **of_manufacturer)[0][0])

    def note(self, changes: Sequence[Noted]) -> None:
        """Note what is about to be written."""

    def insert(self, context: CodeContext, rows: Sequence[Placed]) -> None:
        """Write stock of the code that is new."""
        if len(rows) >= sql.MANY and self._connection.dialect.name == "postgresql":
            codes = f"{escaped(context.code_key)}\t{escaped(context.code)}"
            items = f"{context.item_id}\t{context.item_id}"
            values = [
                f"{context.dealer_id}\t{product}\t{manufacturer}\t{codes}\t{quantity}\t"
                f"{NULL if price is None else price}\t{days}\t{items}"
                for (product, manufacturer, _), (quantity, price, days) in rows
            ]
            copy_lines(self._connection, "shelf_stock", _COLUMNS, values)
        elif rows:
            self._connection.execute(sql.plain(_INSERT), list(_values(context, rows)))

    def update(self, context: CodeContext, rows: Sequence[Placed]) -> None:
        """Write stock of the code that differs."""
        if len(rows) >= sql.MANY and self._connection.dialect.name == "postgresql":
            values = {
                "dealer": context.dealer_id,
                "code_key": context.code_key,
                "code": context.code,
                "item": context.item_id,
                "products": sql.array([place.product_id for place, _ in rows]),
                "manufacturers": sql.array([place.manufacturer_id for place, _ in rows]),
                "quantities": sql.array([stock.quantity for _, stock in rows]),
                "prices": sql.array([stock.sale_price_cents for _, stock in rows]),
                "days": sql.array([stock.lead_time_days for _, stock in rows]),
            }
            self._connection.execute(sql.plain(_UPDATE_MANY + _REPLACE), values)
        elif rows:
            self._connection.execute(sql.plain(_UPDATE_ROW), list(_values(context, rows)))

    def put(self, context: CodeContext, rows: Sequence[Placed]) -> None:
        """Write stock of the code, whether or not it is new."""
        if rows:
            self._connection.execute(sql.plain(_INSERT + _REPLACE), list(_values(context, rows)))

    def set_quantities(self, context: CodeContext, rows: Sequence[Placed]) -> None:
        """Write quantities of stock of any code."""
        if rows:
            self._connection.execute(sql.plain(_SET_QUANTITY), list(_values(context, rows)))


def _values(context: CodeContext, rows: Iterable[Placed]) -> Iterator[dict[str, Any]]:
    for place, stock in rows:
        yield {
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
