"""Lines of the inventory report for products that a code's pull set to zero."""

from __future__ import annotations

from typing import IO, Any, Final

from sqlalchemy import text
from sqlalchemy.engine import Connection

from jobs.concurrency import Waiting
from webapp.core import spreadsheet
from webapp.core.money import decimal_text

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
_QUERY: Final = text("""
    SELECT m.catalog, m.name, s.code,
           (SELECT min(n.part_number) FROM part_numbers AS n
            WHERE n.manufacturer_id = s.manufacturer_id AND n.product_id = s.product_id),
           p.brand, p.mpn, p.name, NULL, s.quantity, s.sale_price_cents, s.lead_time_days, 'cleared'
    FROM shelf_stock AS s
    JOIN manufacturers AS m ON m.id = s.manufacturer_id
    JOIN products AS p ON p.id = s.product_id
    WHERE s.changed_item_id = :item AND s.quantity = 0
    ORDER BY p.mpn_key, m.id
""")


def write(file: IO[str], connection: Connection, item_id: int, waiting: Waiting) -> int:
    """Append the lines of an item and return their number; calls `waiting` per batch."""
    lines = spreadsheet.writer(file)
    streamed = {"stream_results": True, "max_row_buffer": _BATCH}
    rows = connection.execute(_QUERY, {"item": item_id}, execution_options=streamed)
    written = 0
    for batch in rows.partitions(_BATCH):
        lines.writerows([_cells(row) for row in batch])
        written += len(batch)
        waiting()
    return written


def _cells(row: Any) -> list[Any]:
    *product, reported, stock, cents, days, change = row
    price = None if cents is None else decimal_text(cents)
    defused = [spreadsheet.defuse(cell) if isinstance(cell, str) else cell for cell in product]
    return [*defused, reported, stock, price, days, change]
