"""Lines of the inventory report of a restore: all stock that it returned to an earlier state (R18, R25)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import IO, Any, Final

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from jobs.concurrency import Waiting
from jobs.reports import lines
from webapp.core import spreadsheet
from webapp.core.money import decimal_text
from webapp.models import Manufacturer, PartNumber, Product, RunItem
from webapp.models.id_lists import in_ids
from webapp.pulls import stored_changes
from webapp.pulls.stock import StockKey
from webapp.pulls.stock_changes import Change

_BATCH: Final = 2_000

# Each product with its first part number; removed stock is no longer on the shelf.
_NAMES: Final = (
    select(
        Product.id,
        Manufacturer.id,
        Manufacturer.catalog,
        Manufacturer.name,
        func.min(PartNumber.part_number),
        Product.brand,
        Product.mpn,
        Product.name,
    )
    .join_from(PartNumber, Product, Product.id == PartNumber.product_id)
    .join(Manufacturer, Manufacturer.id == PartNumber.manufacturer_id)
    .group_by(Product.id, Manufacturer.id)
)
_NAMELESS: Final = (None,) * 6


def write(file: IO[str], connection: Connection, run_id: int, waiting: Waiting) -> int:
    """Append the lines of all items and return their number; calls `waiting` per batch."""
    sheet = spreadsheet.writer(file)
    written = 0
    query = select(RunItem.id, RunItem.supplier_code).where(RunItem.run_id == run_id)
    for item_id, code in connection.execute(query.order_by(RunItem.position)).all():
        changes = (row.change for row in stored_changes.changes_of(connection, item_id))
        while batch := list(islice(changes, _BATCH)):
            sheet.writerows(_rows(connection, code, batch))
            written += len(batch)
            waiting()
    return written


def _rows(connection: Connection, code: str, changes: Sequence[Change]) -> Iterator[Sequence[Any]]:
    names = _names(connection, [change.place for change in changes])
    for change in changes:
        stock = change.after
        catalog, maker, number, *product = names.get(change.place[:2], _NAMELESS)
        cells = catalog, maker, code, number, *product
        price = None if stock.sale_price_cents is None else decimal_text(stock.sale_price_cents)
        defused = [spreadsheet.defuse(cell) if cell is not None else None for cell in cells]
        yield [*defused, None, stock.quantity, price, stock.lead_time_days, _word(change)]


def _names(connection: Connection, places: Sequence[StockKey]) -> dict[tuple[int, int], Any]:
    products = sorted({place.product_id for place in places})
    rows = connection.execute(_NAMES.where(in_ids(connection, PartNumber.product_id, products)))
    return {(row[0], row[1]): row[2:] for row in rows}


def _word(change: Change) -> str:
    if change.before is None:
        return lines.NEW
    return lines.UPDATED if change.after.quantity else "cleared"
