"""Updates the webstore's figures of products whose stock changed, with their outbox entries (R16, R17)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

from sqlalchemy import insert

from jobs.sync.applying import sql
from jobs.sync.applying.context import CodeContext
from jobs.sync.applying.shelf import Shelf, Stock, StockKey
from webapp.core import clock
from webapp.core.limits import MAX_INT32
from webapp.core.pg_copy import copy_rows
from webapp.models import OutboxEntry


class Figures(NamedTuple):
    """A product's figures in the webstore."""

    shelf_quantity: int
    sale_price_cents: int | None
    lead_time_days: int | None


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


def refresh(context: CodeContext, shelf: Shelf) -> int:
    """Update the figures of all products that the code's changes touched; return how many differ."""
    totals: dict[str, list[int]] = {}
    changed = 0
    for product_ids in _batches(iter(shelf.touched)):
        changed += _refresh(context, shelf.read(product_ids), product_ids, totals)
    values = [
        {"dealer": context.dealer_id, "catalog": catalog, "products": products, "pieces": pieces}
        for catalog, (products, pieces) in sorted(totals.items())
    ]
    if values:
        context.connection.execute(sql.plain(_TOTAL), values)
    return changed


def _batches(product_ids: Iterator[int]) -> Iterator[list[int]]:
    while batch := list(islice(product_ids, sql.BATCH)):
        yield batch


def _refresh(
    context: CodeContext,
    stock: dict[int, dict[StockKey, Stock]],
    product_ids: list[int],
    totals: dict[str, list[int]],
) -> int:
    rows = sql.rows(context.connection, _STORED, products=product_ids, dealer=context.dealer_id)
    stored = {row[0]: Figures(*row[1:]) for row in rows}
    new: list[tuple[int, Figures]] = []
    changed: list[tuple[int, Figures]] = []
    for product_id, places in stock.items():
        figures, before = figures_of(context, places), stored.get(product_id)
        if figures != before:
            (new if before is None else changed).append((product_id, figures))
            _add(totals.setdefault(_catalog_of(context, places), [0, 0]), before, figures)
    _write(context, new, changed)
    _write_outbox(context, [product_id for product_id, _ in (*new, *changed)])
    return len(new) + len(changed)


def _catalog_of(context: CodeContext, places: dict[StockKey, Stock]) -> str:
    """Return a touched product's catalog: that of each manufacturer that sells it."""
    mappings = context.by_manufacturer
    return next(
        mappings[place.manufacturer_id].catalog for place in places if place.manufacturer_id in mappings
    )


def _add(total: list[int], before: Figures | None, after: Figures) -> None:
    previous = before.shelf_quantity if before is not None else 0
    total[0] += (after.shelf_quantity > 0) - (previous > 0)
    total[1] += after.shelf_quantity - previous


def figures_of(context: CodeContext, places: dict[StockKey, Stock]) -> Figures:
    """Return a product's figures over all its stock.

    The price is that of the row in stock whose supplier code is first in the dealer's list; stock of a
    removed code comes last (R16).
    """
    in_stock = [(place, stock) for place, stock in places.items() if stock.quantity > 0]
    if not in_stock:
        return Figures(sum(stock.quantity for stock in places.values()), None, None)
    priced = [row for row in in_stock if row[1].sale_price_cents is not None]
    first = (
        priced[0] if len(priced) == 1 else min(priced, key=lambda row: _rank(context, row[0]), default=None)
    )
    return Figures(
        sum(stock.quantity for _, stock in in_stock),
        first[1].sale_price_cents if first is not None else None,
        min(stock.lead_time_days for _, stock in in_stock),
    )


def _rank(context: CodeContext, place: StockKey) -> tuple[int, int, str, int]:
    position, number = context.ranks.get((place.code_key, place.manufacturer_id), (MAX_INT32, MAX_INT32))
    return position, number, place.code_key, place.manufacturer_id


def _write(
    context: CodeContext,
    new: Sequence[tuple[int, Figures]],
    changed: Sequence[tuple[int, Figures]],
) -> None:
    dealer, connection = context.dealer_id, context.connection
    if connection.dialect.name != "postgresql" or len(new) + len(changed) < sql.MANY:
        values = [_values(dealer, *row) for row in (*new, *changed)]
        if values:
            connection.execute(sql.plain(_WRITE), values)
        return
    copy_rows(connection, "webstore_figures", _COLUMNS, ((dealer, product, *row) for product, row in new))
    if changed:
        lists = {
            "products": [product for product, _ in changed],
            "quantities": [figures.shelf_quantity for _, figures in changed],
            "prices": [figures.sale_price_cents for _, figures in changed],
            "days": [figures.lead_time_days for _, figures in changed],
        }
        connection.execute(sql.plain(_WRITE_MANY), {"dealer": dealer, **lists})


def _values(dealer_id: int, product_id: int, figures: Figures) -> dict[str, Any]:
    return {
        "dealer": dealer_id,
        "product": product_id,
        "quantity": figures.shelf_quantity,
        "price": figures.sale_price_cents,
        "days": figures.lead_time_days,
    }


def _write_outbox(context: CodeContext, product_ids: Sequence[int]) -> None:
    now = clock.now()
    if context.connection.dialect.name == "postgresql" and len(product_ids) >= sql.MANY:
        rows: Iterable[tuple[Any, ...]] = ((context.dealer_id, product, now) for product in product_ids)
        copy_rows(context.connection, "reindex_outbox", ("dealer_id", "product_id", "noted_at"), rows)
    elif product_ids:
        context.connection.execute(
            insert(OutboxEntry),
            [
                {"dealer_id": context.dealer_id, "product_id": product, "noted_at": now}
                for product in product_ids
            ],
        )
