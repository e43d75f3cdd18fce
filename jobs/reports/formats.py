"""Formats of the two reports, and the writer of one code's rows (R18)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.engine import Connection

from jobs.concurrency import Waiting
from jobs.reports import inventory, skipped
from webapp.core import spreadsheet
from webapp.core.money import decimal_text
from webapp.extensions import db, plan_as_written
from webapp.runs import skipped_reasons

BATCH = 2_000

Cells = tuple[Any, ...]


class Applied(NamedTuple):
    """Run item that succeeded, and the number of products it has cleared so far."""

    id: int
    cleared: int


@dataclass(frozen=True)
class ReportFormat:
    """Columns of a report, the query of its rows, and the conversion of a row to cells."""

    name: str
    columns: tuple[str, ...]
    query: str
    cells: Callable[[Any], Cells]


def report_formats() -> list[ReportFormat]:
    """Return the formats of the inventory report and the skipped report."""
    is_sqlite = db.engine.dialect.name == "sqlite"
    query = inventory.SQLITE_QUERY if is_sqlite else inventory.QUERY
    return [
        ReportFormat("inventory", inventory.COLUMNS, query, _inventory_cells),
        ReportFormat("skipped", skipped.COLUMNS, skipped.QUERY, _skipped_cells),
    ]


@contextmanager
def reading() -> Iterator[Connection]:
    """Open a separate connection for reading, which does not wait for writers."""
    with db.engine.connect().execution_options(sqlite_begin="DEFERRED") as connection:
        yield connection


def write_rows(file: IO[str], kind: ReportFormat, item_id: int, waiting: Waiting) -> int:
    """Append the rows of a run item to a CSV file and return their number; calls `waiting` per batch."""
    writer = spreadsheet.writer(file)
    written = 0
    for rows in _batches(kind.query, item_id):
        writer.writerows(map(_defused, map(kind.cells, rows)))
        written += len(rows)
        waiting()
    return written


def _defused(cells: Cells) -> list[Any]:
    return [spreadsheet.defuse(cell) if type(cell) is str else cell for cell in cells]


def _batches(query: str, item_id: int) -> Iterator[Sequence[Any]]:
    """Yield the rows of a query in batches, from a separate read transaction."""
    with reading() as connection:
        plan_as_written(connection)
        streamed = {"stream_results": True, "max_row_buffer": BATCH}
        rows = connection.execute(text(query), {"item": item_id}, execution_options=streamed)
        yield from rows.partitions(BATCH)


def _inventory_cells(row: Any) -> Cells:
    # By position: access by name would take more time than the rest of this function.
    *product, reported, stock, cents, days, change, _, _, _ = row
    price = None if cents is None else decimal_text(cents)
    return *product, reported, stock, price, days, change


def _skipped_cells(row: Any) -> Cells:
    quantity = row.quantity if row.quantity is not None else row.quantity_text
    explanation = skipped_reasons.reason(row.reason, row.candidate_by, row.part_number, row.candidate)
    return row.supplier_code, row.part_number, row.description, quantity, explanation, row.candidate
