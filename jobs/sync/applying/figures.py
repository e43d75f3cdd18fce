"""Updates webstore figures of products whose stock changed, with their outbox entries (R16, R17, R28)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final, NamedTuple

from sqlalchemy.exc import IntegrityError

from jobs.sync.applying import sql
from jobs.sync.applying.context import CodeContext
from jobs.sync.applying.effects import Effects
from jobs.sync.applying.shelf import Shelf
from webapp.core import clock
from webapp.core.limits import MAX_INT32
from webapp.core.pg_copy import NULL, copy_lines
from webapp.pulls.product_locks import AnyFigures, OpenLock, open_locks
from webapp.pulls.stock import Stock, StockKey


class Figures(NamedTuple):
    """A product's figures in the webstore."""

    shelf_quantity: int
    sale_price_cents: int | None
    lead_time_days: int | None


OUT_OF_STOCK: Final[AnyFigures] = (0, None, None)

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


def refresh(context: CodeContext, shelf: Shelf, effects: Effects) -> int:
    """Update the figures of all products that the code's changes touched; return how many differ."""
    totals: dict[str, list[int]] = {}
    changed = 0
    # The dealer's shelf is locked: no lock is set or removed until the commit.
    locks = open_locks(context.connection, context.dealer_id) if shelf.touched else {}
    for product_ids in _batches(iter(shelf.touched)):
        differing = _refresh(context, shelf, product_ids, totals, locks)
        effects.note(context, differing)
        changed += len(differing)
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
    shelf: Shelf,
    product_ids: list[int],
    totals: dict[str, list[int]],
    locks: Mapping[int, OpenLock],
) -> list[int]:
    """Update the figures of some products; return those whose figures differ."""
    # A lock gives a product figures before its first stock.
    stored = _stored(
        context,
        [product for product in product_ids if product not in shelf.never_stocked or product in locks],
    )
    now = clock.now()
    new: list[tuple[int, AnyFigures]] = []
    changed: list[tuple[int, AnyFigures]] = []
    catalogs = {number: mapping.catalog for number, mapping in context.by_manufacturer.items()}
    for product_id, places in shelf.read(product_ids).items():
        if not places:
            continue
        catalog = None
        figures: AnyFigures
        if len(places) == 1:
            # Nearly every product has the stock of one code.
            ((place, figures),) = places.items()
            catalog = catalogs.get(place[1])
            if figures[0] <= 0:
                figures = OUT_OF_STOCK
        else:
            figures = figures_of(context, places)
        if (lock := locks.get(product_id)) is not None:
            figures = figures_under(lock, now, context, places)
        before = stored.get(product_id)
        if before is None:
            new.append((product_id, figures))
        elif figures != before:
            changed.append((product_id, figures))
        else:
            continue
        total = totals.setdefault(catalog or _catalog_of(context, places), [0, 0])
        previous = before[0] if before is not None else 0
        total[0] += (figures[0] > 0) - (previous > 0)
        total[1] += figures[0] - previous
    _write(context, new, changed)
    return [product_id for product_id, _ in (*new, *changed)]


def _stored(context: CodeContext, product_ids: list[int]) -> dict[int, AnyFigures]:
    if not product_ids:
        return {}
    rows = sql.rows(context.connection, _STORED, products=product_ids, dealer=context.dealer_id)
    return {row[0]: tuple(row[1:]) for row in rows}


def _catalog_of(context: CodeContext, places: dict[StockKey, Stock]) -> str:
    """Return a touched product's catalog: that of each manufacturer that sells it."""
    mappings = context.by_manufacturer
    for place in places:
        if place[1] in mappings:
            return mappings[place[1]].catalog
    raise LookupError("the code has none of the product's manufacturers")


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


def figures_under(
    lock: OpenLock, now: datetime, context: CodeContext, places: dict[StockKey, Stock]
) -> AnyFigures:
    """Return a product's figures if it has an open lock (R28)."""
    figures = figures_of(context, places)
    return lock.over(figures, _last_known(context, places)) if lock.holds(now) else figures


def _last_known(context: CodeContext, places: dict[StockKey, Stock]) -> Figures:
    """Return the figures that a product would have if its stock were there."""
    return figures_of(context, {place: stock._replace(quantity=1) for place, stock in places.items()})


def _rank(context: CodeContext, place: StockKey) -> tuple[int, int, str, int]:
    position, number = context.ranks.get((place.code_key, place.manufacturer_id), (MAX_INT32, MAX_INT32))
    return position, number, place.code_key, place.manufacturer_id


def _write(
    context: CodeContext,
    new: Sequence[tuple[int, AnyFigures]],
    changed: Sequence[tuple[int, AnyFigures]],
) -> None:
    dealer, connection = context.dealer_id, context.connection
    if connection.dialect.name != "postgresql" or len(new) + len(changed) < sql.MANY:
        values = [_values(dealer, *row) for row in (*new, *changed)]
        if values:
            connection.execute(sql.plain(_WRITE), values)
        return
    if new and not _copy(context, new):
        changed = (*new, *changed)
    if changed:
        lists = {
            "products": sql.array([product for product, _ in changed]),
            "quantities": sql.array([figures[0] for _, figures in changed]),
            "prices": sql.array([figures[1] for _, figures in changed]),
            "days": sql.array([figures[2] for _, figures in changed]),
        }
        connection.execute(sql.plain(_WRITE_MANY), {"dealer": dealer, **lists})


def _copy(context: CodeContext, new: Sequence[tuple[int, AnyFigures]]) -> bool:
    """Insert figures; false if there are some already, of products that had no stock under any code."""
    lines = [
        f"{context.dealer_id}\t{product}\t{row[0]}\t{NULL if row[1] is None else row[1]}\t"
        f"{NULL if row[2] is None else row[2]}"
        for product, row in new
    ]
    try:
        with context.connection.begin_nested():
            copy_lines(context.connection, "webstore_figures", _COLUMNS, lines)
    except IntegrityError:
        return False
    return True


def _values(dealer_id: int, product_id: int, figures: AnyFigures) -> dict[str, Any]:
    return {
        "dealer": dealer_id,
        "product": product_id,
        "quantity": figures[0],
        "price": figures[1],
        "days": figures[2],
    }
