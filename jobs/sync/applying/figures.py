"""Updates webstore figures of products whose stock changed, with their outbox entries (R16, R17, R28)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Final, NamedTuple

from jobs.sync.applying import sql
from jobs.sync.applying.context import CodeContext
from jobs.sync.applying.effects import Effects
from jobs.sync.applying.shelf import Shelf
from webapp.core import clock
from webapp.core.limits import MAX_INT32
from webapp.pulls.product_locks import AnyFigures, OpenLock, open_locks
from webapp.pulls.stock import Stock, StockKey


class Figures(NamedTuple):
    """A product's figures in the webstore."""

    shelf_quantity: int
    sale_price_cents: int | None
    lead_time_days: int | None


OUT_OF_STOCK: Final[AnyFigures] = (0, None, None)


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
    context.figure_rows.add_totals(totals)
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
    stored = context.figure_rows.read(
        [product for product in product_ids if product not in shelf.never_stocked or product in locks]
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
    context.figure_rows.write(new, changed)
    return [product_id for product_id, _ in (*new, *changed)]


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
