"""What a run changed of shelf stock, as CSV (R25)."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from sqlalchemy.engine import Connection, Engine

from webapp.core.money import decimal_text, signed_decimal
from webapp.core.spreadsheet import defuse, write_header
from webapp.pulls.stock import Stock
from webapp.runs import run_changes
from webapp.runs.run_changes import WHY, ShownChange

COLUMNS: Final = (
    *("supplier_code", "manufacturer", "part_number", "brand", "mpn", "name"),
    *("quantity_before", "quantity", "sale_price_before", "sale_price"),
    *("lead_time_days_before", "lead_time_days", "value_change", "why"),
)


def pieces(engine: Engine, run_id: int, dealer_id: int) -> Iterator[str]:
    """Yield the file of a run, some thousand changes at a time."""
    return pieces_of(engine, lambda connection: run_changes.of_run(connection, run_id, dealer_id))


def pieces_of(
    engine: Engine, blocks: Callable[[Connection], Iterable[Sequence[ShownChange]]]
) -> Iterator[str]:
    """Yield the file of changes, a block at a time.

    It has its own connection: the session of the request ends before the download.
    """
    text = io.StringIO()
    sheet = write_header(text, COLUMNS)
    with engine.connect().execution_options(sqlite_begin="DEFERRED") as connection:
        for changes in blocks(connection):
            sheet.writerows(map(_cells, changes))
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()


def _cells(change: ShownChange) -> list[str | int]:
    names = change.code, change.manufacturer, change.part_number, change.brand, change.mpn, change.name
    quantity_before, price_before, days_before = _figures(change.before)
    quantity, price, days = _figures(change.after)
    figures = quantity_before, quantity, price_before, price, days_before, days
    return [*map(defuse, names), *figures, signed_decimal(change.value_cents), WHY[change.why]]


def _figures(stock: Stock | None) -> tuple[str | int, str, str | int]:
    if stock is None:
        return "", "", ""
    cents = stock.sale_price_cents
    return stock.quantity, "" if cents is None else decimal_text(cents), stock.lead_time_days
