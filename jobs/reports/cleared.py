"""Lines of the inventory report for products that a code's pull set to zero."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import IO, Any, Final

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from jobs.concurrency import Waiting
from webapp.core import spreadsheet
from webapp.core.money import decimal_text
from webapp.models import Manufacturer, PartNumber, Product, ShelfStock
from webapp.models.id_lists import in_ids
from webapp.pulls import stored_changes
from webapp.pulls.stock import Stock, StockKey

COLUMNS: Final = (
    "catalog",
    "manufacturer",
    "supplier_code",
    "part_number",
    "brand",
    "mpn",
    "name",
    "reported_quantity",
    "shelf_quantity",
    "sale_price",
    "lead_time_days",
    "change",
)
_BATCH: Final = 2_000

# Each product with its first part number.
_FIRST_NUMBER: Final = (
    select(func.min(PartNumber.part_number))
    .where(
        PartNumber.manufacturer_id == ShelfStock.manufacturer_id,
        PartNumber.product_id == ShelfStock.product_id,
    )
    .correlate(ShelfStock)
    .scalar_subquery()
)
_NAMES: Final = (
    select(
        ShelfStock.product_id,
        ShelfStock.manufacturer_id,
        ShelfStock.code_key,
        Manufacturer.catalog,
        Manufacturer.name,
        ShelfStock.code,
        _FIRST_NUMBER,
        Product.brand,
        Product.mpn,
        Product.name,
    )
    .join_from(ShelfStock, Manufacturer, Manufacturer.id == ShelfStock.manufacturer_id)
    .join(Product, Product.id == ShelfStock.product_id)
    .order_by(Product.mpn_key, Manufacturer.id)
)
# Of an item applied before changes were kept: of the dealer's whole shelf.
_EARLIER: Final = select(
    *(ShelfStock.product_id, ShelfStock.manufacturer_id, ShelfStock.code_key),
    *(ShelfStock.quantity, ShelfStock.sale_price_cents, ShelfStock.lead_time_days),
)


def write(file: IO[str], connection: Connection, dealer_id: int, item_id: int, waiting: Waiting) -> int:
    """Append the lines of an item and return their number; calls `waiting` per batch."""
    lines = spreadsheet.writer(file)
    written = 0
    for stock in _cleared(connection, dealer_id, item_id):
        rest = iter(_rows(connection, dealer_id, stock))
        while batch := list(islice(rest, _BATCH)):
            lines.writerows(batch)
            written += len(batch)
            waiting()
    return written


def _cleared(connection: Connection, dealer_id: int, item_id: int) -> Iterator[dict[StockKey, Stock]]:
    """Yield the stock that the item set to zero, some thousand rows at a time."""
    is_kept = False
    for block in stored_changes.blocks_of(connection, item_id):
        is_kept = True
        yield {
            change.place: change.after
            for change, cause in block
            if cause != "reported" and not change.after.quantity
        }
    if not is_kept:
        of_item = ShelfStock.dealer_id == dealer_id, ShelfStock.changed_item_id == item_id
        rows = connection.execute(_EARLIER.where(*of_item, ShelfStock.quantity == 0))
        yield {StockKey(*row[:3]): Stock(*row[3:]) for row in rows}


def _rows(connection: Connection, dealer_id: int, stock: dict[StockKey, Stock]) -> Iterator[Sequence[Any]]:
    if not stock:
        return
    products = sorted({place.product_id for place in stock})
    of_products = ShelfStock.dealer_id == dealer_id, in_ids(connection, ShelfStock.product_id, products)
    for row in connection.execute(_NAMES.where(*of_products)):
        figures = stock.get(StockKey(*row[:3]))
        if figures is not None:
            yield _cells(row[3:], figures)


def _cells(names: Sequence[str | None], stock: Stock) -> list[Any]:
    price = None if stock.sale_price_cents is None else decimal_text(stock.sale_price_cents)
    defused = [spreadsheet.defuse(name) if name is not None else None for name in names]
    return [*defused, None, stock.quantity, price, stock.lead_time_days, "cleared"]
