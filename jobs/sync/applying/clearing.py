"""Sets stock to zero that the pull does not explain, unless the clearing is held (R14).

A clearing follows the writing of reported parts. That never sets a product to zero, so what is in stock then
and not reported was in stock before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Final

from jobs.sync import rules
from jobs.sync.applying import sql
from jobs.sync.applying.context import CodeContext
from jobs.sync.applying.matching import Pair
from jobs.sync.applying.noting import CLEARED
from jobs.sync.applying.products import Changes
from jobs.sync.applying.shelf import Shelf
from jobs.sync.applying.shelf_rows import PAGE, Row
from webapp.pulls.product_sets import Bitmap
from webapp.pulls.stock import StockKey

# Retained parts that may be among the rows without a part number: the last pull that reported them had fewer
# of those rows.
_DOUBTED: Final = """
    SELECT manufacturer_id, product_id, key FROM retained_parts
    WHERE dealer_id = :dealer AND code_key = :code AND unnamed < :unnamed
"""

Explains = Callable[[Pair], bool]


@dataclass
class Sizes:
    """How much a clearing would set to zero: by manufacturer, and of the code itself."""

    of_manufacturers: list[rules.ClearingSize] = field(default_factory=list)
    own_products: int = 0
    # The stock that would be cleared, if it is not too much to be kept in memory.
    stock: list[StockKey] | None = field(default_factory=list)

    def note(self, keys: Iterable[StockKey]) -> None:
        """Note stock that would be cleared."""
        if self.stock is not None:
            self.stock += keys
            if len(self.stock) > PAGE:
                self.stock = None


@dataclass(frozen=True)
class Doubted:
    """Products that keep their stock because of rows without a part number, and the number of parts (R10)."""

    pairs: frozenset[Pair] = frozenset()
    parts: int = 0


def doubted(context: CodeContext, unnamed: int) -> Doubted:
    """Return what the pull's rows without a part number may be."""
    if not unnamed:
        return Doubted()
    rows = sql.rows(
        context.connection,
        _DOUBTED,
        dealer=context.dealer_id,
        code=context.code_key,
        unnamed=unnamed,
    )
    pairs = frozenset((row.manufacturer_id, row.product_id) for row in rows)
    return Doubted(pairs, len({row.key for row in rows}))


def unexplained(context: CodeContext, explains: Explains) -> Iterator[StockKey]:
    """Yield the dealer's stock of the manufacturers that neither this pull nor another code explains."""
    for mapping in context.mappings:
        for _, rows in _by_product(context, mapping.manufacturer_id):
            for place in (StockKey(*row[:3]) for row in rows):
                if not _stays(context, place, explains):
                    yield place


def unstocked(context: CodeContext) -> frozenset[int]:
    """Return the manufacturers of which the dealer has nothing in stock, under any code."""
    return frozenset(
        mapping.manufacturer_id
        for mapping in context.mappings
        if not context.shelf_rows.has_stock(mapping.manufacturer_id)
    )


def measure(context: CodeContext, changes: Changes, explains: Explains) -> Sizes:
    """Return the size of the clearing of all stock that nothing explains; frozen stock remains (R26)."""
    sizes = Sizes()
    own = Bitmap()
    for mapping in context.mappings:
        if mapping.manufacturer_id in changes.unstocked_before:
            sizes.of_manufacturers.append(rules.ClearingSize(0, 0))
            continue
        stocked = remaining = 0
        for product_id, rows in _by_product(context, mapping.manufacturer_id):
            stocked += 1
            is_explained = explains((mapping.manufacturer_id, product_id))
            if is_explained and all(row[2] == context.code_key for row in rows):
                # Nearly every product.
                remaining += 1
                continue
            places = [StockKey(*row[:3]) for row in rows]
            sizes.note(place for place in places if not _stays(context, place, explains))
            remaining += is_explained or any(_remains(context, place) for place in places)
            if not is_explained and any(_is_cleared_own(context, place) for place in places):
                own.add(product_id)
        new = changes.newly_stocked.get(mapping.manufacturer_id, 0)
        sizes.of_manufacturers.append(rules.ClearingSize(stocked - remaining, stocked - new))
    sizes.own_products = len(own)
    return sizes


def measure_vanished(context: CodeContext, changes: Changes, explains: Explains) -> Sizes:
    """Return the size of the clearing of products that vanished since the previous pull, which cleared."""
    sizes = Sizes()
    own = Bitmap()
    for mapping in context.mappings:
        number = mapping.manufacturer_id
        if number in context.frozen_manufacturers:
            sizes.of_manufacturers.append(rules.ClearingSize(0, 0))
            continue
        products = [product for product in changes.vanished.of(number) if not explains((number, product))]
        for product in products:
            own.add(product)
        cleared = sum((number, product) not in changes.elsewhere for product in products)
        # The count of all stock takes long, and matters only if something is cleared.
        stocked = context.shelf_rows.count_stocked(number) if cleared else 0
        new = changes.newly_stocked.get(number, 0)
        sizes.of_manufacturers.append(rules.ClearingSize(cleared, stocked - new))
    sizes.own_products = len(own)
    return sizes


def vanished(context: CodeContext, changes: Changes, explains: Explains) -> Iterator[StockKey]:
    """Yield the code's stock of products without a part, and without a doubt."""
    for manufacturer_id, product_id in changes.vanished:
        if not explains((manufacturer_id, product_id)):
            yield StockKey(product_id, manufacturer_id, context.code_key)


def clear(shelf: Shelf, places: Iterable[StockKey], cause: str = CLEARED) -> int:
    """Set stock to zero that is not frozen; return the number of rows."""
    cleared = 0
    batch: list[tuple[StockKey, int]] = []
    for place in places:
        batch.append((place, 0))
        if len(batch) >= sql.BATCH:
            cleared += shelf.set_quantities(batch, cause)
            batch = []
    return cleared + shelf.set_quantities(batch, cause)


def _stays(context: CodeContext, place: StockKey, explains: Explains) -> bool:
    is_own = place.code_key == context.code_key
    if is_own and explains((place.manufacturer_id, place.product_id)):
        return True
    return _is_configured(context, place)


def _is_configured(context: CodeContext, place: StockKey) -> bool:
    return context.is_configured(place.code_key, place.manufacturer_id)


def _remains(context: CodeContext, place: StockKey) -> bool:
    return _is_configured(context, place) or context.frozen.covers(place.code_key, place.manufacturer_id)


def _is_cleared_own(context: CodeContext, place: StockKey) -> bool:
    is_own = place.code_key == context.code_key
    return is_own and not context.frozen.covers(place.code_key, place.manufacturer_id)


def _by_product(context: CodeContext, manufacturer_id: int) -> Iterator[tuple[int, list[Row]]]:
    """Yield the products of a manufacturer in stock, with their rows."""
    for product_id, rows in groupby(context.shelf_rows.in_stock(manufacturer_id), key=itemgetter(0)):
        yield product_id, list(rows)
