"""Shelf stock: reads what is there, and writes what differs (R13, R17)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from sqlalchemy.engine import Connection

from jobs.reports import lines
from jobs.sync.applying import sql
from jobs.sync.applying.context import CodeContext
from jobs.sync.applying.frozen_changes import FrozenChanges
from jobs.sync.applying.noting import NotedChanges
from webapp.core.pg_copy import NULL, copy_lines, escaped
from webapp.pulls.entries import Match
from webapp.pulls.product_sets import Bitmap, ProductSet
from webapp.pulls.stock import Stock, StockKey
from webapp.pulls.stock_changes import Noted

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


# Products whose stock is kept in memory.
_MOST_KNOWN: Final = 2 * sql.BATCH


class Shelf:
    """Shelf stock of the dealer, as far as it was read, with this code's changes."""

    def __init__(self, context: CodeContext) -> None:
        self._context = context
        self._connection: Connection = context.connection
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
        for batch in sql.batches(sorted(missing)):
            for row in sql.rows(
                self._connection, _SHELF, products=list(batch), dealer=self._context.dealer_id
            ):
                self._known[row[0]][StockKey(*row[:3])] = Stock(*row[3:])
        self.never_stocked.update([product_id for product_id in missing if not self._known[product_id]])
        return {product_id: self._known[product_id] for product_id in sorted(product_ids)}

    def note(self, changes: Sequence[Noted]) -> None:
        """Note changes that `write` is about to write."""
        again = {
            place: after
            for place, before, after, _ in changes
            if before is not None and self.of(place[1], place[0]) != lines.UNCHANGED
        }
        self.noted.reported(changes, again)

    def write(self, new: Sequence[tuple[StockKey, Stock]], changed: Sequence[tuple[StockKey, Stock]]) -> None:
        """Write the code's own stock: rows that are new, and rows that differ."""
        for written, rows in ((self.created, new), (self.updated, changed)):
            written.update([(manufacturer, product) for (product, manufacturer, _), _ in rows])
            self.touched.update([place[0] for place, _ in rows])
        self._insert(new)
        self._update(changed)
        for place, stock in (*new, *changed):
            known = self._known.get(place[0])
            if known is not None:
                known[place] = stock

    def _insert(self, rows: Sequence[tuple[StockKey, Stock]]) -> None:
        context = self._context
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
            self._connection.execute(sql.plain(_INSERT), self._values(rows))

    def _update(self, rows: Sequence[tuple[StockKey, Stock]]) -> None:
        context = self._context
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
        for place, _, quantity in changes:
            self.touched.add(place.product_id)
            if place.product_id in self._known:
                known = self._known[place.product_id]
                known[place] = known[place]._replace(quantity=quantity)
        values = [
            {
                "dealer": self._context.dealer_id,
                "product": place.product_id,
                "manufacturer": place.manufacturer_id,
                "code_key": place.code_key,
                "quantity": quantity,
                "item": self._context.item_id,
            }
            for place, _, quantity in changes
        ]
        if values:
            self._connection.execute(sql.plain(_SET_QUANTITY), values)
        return len(values)
