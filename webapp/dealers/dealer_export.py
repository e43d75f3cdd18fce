"""Export of the staff's table, as CSV or Excel: every dealer of a filter, with its causes in words."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from webapp.core.spreadsheet import Cell, defuse, write_header
from webapp.dealers.dealer_filter import DealerFilter
from webapp.dealers.dealer_query import records
from webapp.dealers.dealer_rows import DealerRow, dealer_rows

COLUMNS: Final = (
    *("dealer_id", "dealer", "organization", "3pa_dealer_id", "time_zone", "status", "details"),
    *("last_run", "last_run_status", "last_run_at", "last_success_at", "unmatched_percent", "online_percent"),
    "next_run_at",
)
# Rows that are loaded at once: each is a parameter of a statement.
BATCH: Final = 500


def csv_of(choice: DealerFilter) -> Iterator[str]:
    """Return the CSV file in pieces; times are UTC, like `2026-11-30T19:04Z`."""
    piece = io.StringIO()
    sheet = write_header(piece, COLUMNS)
    for number, cells in enumerate(lines(choice), 1):
        sheet.writerow(map(_text, cells))
        if number % BATCH == 0:
            yield piece.getvalue()
            piece.seek(0)
            piece.truncate()
    yield piece.getvalue()


def lines(choice: DealerFilter) -> Iterator[list[Cell]]:
    """Yield a line for each dealer of the filter, in its order; times are UTC."""
    rows = records(choice).rows
    for start in range(0, len(rows), BATCH):
        yield from map(_line, dealer_rows(rows[start : start + BATCH]))


def _line(row: DealerRow) -> list[Cell]:
    dealer, last = row.dealer, row.last
    texts = (
        dealer.name,
        dealer.organization.name if dealer.organization else "",
        (row.configuration and row.configuration.cmf) or "",
        dealer.timezone,
        "; ".join(cause.label for cause in row.causes),
        " ".join(cause.sentence for cause in row.causes if cause.sentence),
    )
    return [
        dealer.id,
        *texts,
        last.id if last else None,
        last.status if last else None,
        last.finished_at or last.queued_at if last else None,
        row.succeeded_at,
        _percent(row.unmatched),
        _percent(row.online),
        row.next_run,
    ]


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{100 * share:.1f}"


def _text(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%dT%H:%MZ}"
    return defuse(cell) if isinstance(cell, str) else "" if cell is None else str(cell)
