"""Webstore figures in the database, and the dealer's totals of them (R16)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from jobs.sync.applying import sql
from webapp.core.pg_copy import NULL, copy_lines
from webapp.pulls.product_locks import AnyFigures

# A product with its figures.
Figured = tuple[int, AnyFigures]

_STORED: Final = """
    SELECT w.product_id, w.shelf_quantity, w.sale_price_cents, w.lead_time_days
    FROM {products:bigint}
    CROSS JOIN webstore_figures AS w
    WHERE w.dealer_id = :dealer AND w.product_id = products.value
"""

_WRITE: Final = """
    INSERT INTO webstore_figures (dealer_id, product_id, shelf_quantity, sale_price_cents, lead_time_days)
    VALUES (:dealer, :product, :quantity, :price, :days)
    ON CONFLICT (dealer_id, product_id) DO UPDATE
       SET shelf_quantity = excluded.shelf_quantity, sale_price_cents = excluded.sale_price_cents,
           lead_time_days = excluded.lead_time_days
"""

# PostgreSQL, for many rows.
_WRITE_MANY: Final = """
    INSERT INTO webstore_figures (dealer_id, product_id, shelf_quantity, sale_price_cents, lead_time_days)
    SELECT :dealer, u.product, u.quantity, u.price, u.days
    FROM unnest(CAST(:products AS int[]), CAST(:quantities AS bigint[]), CAST(:prices AS int[]),
                CAST(:days AS int[])) AS u (product, quantity, price, days)
    ON CONFLICT (dealer_id, product_id) DO UPDATE
       SET shelf_quantity = excluded.shelf_quantity, sale_price_cents = excluded.sale_price_cents,
           lead_time_days = excluded.lead_time_days
"""

_COLUMNS: Final = ("dealer_id", "product_id", "shelf_quantity", "sale_price_cents", "lead_time_days")

_TOTAL: Final = """
    INSERT INTO shelf_totals (dealer_id, catalog, products, pieces)
    VALUES (:dealer, :catalog, :products, :pieces)
    ON CONFLICT (dealer_id, catalog) DO UPDATE
       SET products = shelf_totals.products + excluded.products,
           pieces = shelf_totals.pieces + excluded.pieces
"""


class FigureRows:
    """The figures in the database."""

    def __init__(self, connection: Connection, dealer_id: int) -> None:
        self._connection = connection
        self._dealer_id = dealer_id

    def read(self, product_ids: list[int]) -> dict[int, AnyFigures]:
        """Return the figures of those of some products that have any."""
        if not product_ids:
            return {}
        rows = sql.rows(self._connection, _STORED, products=product_ids, dealer=self._dealer_id)
        return {row[0]: tuple(row[1:]) for row in rows}

    def write(self, new: Sequence[Figured], changed: Sequence[Figured]) -> None:
        """Write figures of products that have none, and those that differ."""
        if self._connection.dialect.name != "postgresql" or len(new) + len(changed) < sql.MANY:
            values = [_values(self._dealer_id, *row) for row in (*new, *changed)]
            if values:
                self._connection.execute(sql.plain(_WRITE), values)
            return
        if new and not self._copy(new):
            changed = (*new, *changed)
        if changed:
            lists = {
                "products": sql.array([product for product, _ in changed]),
                "quantities": sql.array([figures[0] for _, figures in changed]),
                "prices": sql.array([figures[1] for _, figures in changed]),
                "days": sql.array([figures[2] for _, figures in changed]),
            }
            self._connection.execute(sql.plain(_WRITE_MANY), {"dealer": self._dealer_id, **lists})

    def _copy(self, new: Sequence[Figured]) -> bool:
        """Insert figures; false if there are some already, of products that had no stock under any code."""
        lines = [
            f"{self._dealer_id}\t{product}\t{row[0]}\t{NULL if row[1] is None else row[1]}\t"
            f"{NULL if row[2] is None else row[2]}"
            for product, row in new
        ]
        try:
            with self._connection.begin_nested():
                copy_lines(self._connection, "webstore_figures", _COLUMNS, lines)
        except IntegrityError:
            return False
        return True

    def add_totals(self, totals: Mapping[str, Sequence[int]]) -> None:
        """Add to the dealer's products in stock and pieces, by catalog."""
        values = [
            {"dealer": self._dealer_id, "catalog": catalog, "products": products, "pieces": pieces}
            for catalog, (products, pieces) in sorted(totals.items())
        ]
        if values:
            self._connection.execute(sql.plain(_TOTAL), values)


def _values(dealer_id: int, product_id: int, figures: AnyFigures) -> dict[str, Any]:
    return {
        "dealer": dealer_id,
        "product": product_id,
        "quantity": figures[0],
        "price": figures[1],
        "days": figures[2],
    }
