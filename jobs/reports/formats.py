"""The two kinds of report, and how the rows of one code are written (R18)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.engine import Connection

from jobs.reports import inventory, skipped
from webapp.core import spreadsheet
from webapp.extensions import db, plan_as_written
from webapp.runs import skipped_reasons

BATCH = 2_000

Cells = tuple[Any, ...]


class Applied(NamedTuple):
    """A run item that succeeded, and how many products it has cleared so far."""

    id: int
    cleared: int


@dataclass(frozen=True)
class ReportFormat:
    """What a report is made from, and how its rows look."""

    name: str
    columns: tuple[str, ...]
    query: str
    cells: Callable[[Any], Cells]


def report_formats() -> list[ReportFormat]:
    """The inventory report and the skipped report."""
    is_sqlite = db.engine.dialect.name == "sqlite"
    query = inventory.SQLITE_QUERY if is_sqlite else inventory.QUERY
    return [
        ReportFormat("inventory", inventory.COLUMNS, query, _inventory_cells),
        ReportFormat("skipped", skipped.COLUMNS, skipped.QUERY, _skipped_cells),
    ]


@contextmanager
def reading() -> Iterator[Connection]:
    """A connection of its own that only reads, and so waits for nobody who writes."""
    with db.engine.connect().execution_options(sqlite_begin="DEFERRED") as connection:
        yield connection


def write_rows(file: IO[str], kind: ReportFormat, item_id: int, pulse: Callable[[], None]) -> int:
    """Append the rows of a run item to a CSV file, and tell how many; `pulse` is called now and then."""
    writer = spreadsheet.writer(file)
    written = 0
    for rows in _batches(kind.query, item_id):
        writer.writerows(map(_defused, map(kind.cells, rows)))
        written += len(rows)
        pulse()
    return written


def _defused(cells: Cells) -> list[Any]:
    return [spreadsheet.defuse(cell) if type(cell) is str else cell for cell in cells]


def _batches(query: str, item_id: int) -> Iterator[Sequence[Any]]:
    """The rows of a query, in a reading transaction of their own."""
    with reading() as connection:
        plan_as_written(connection)
        streamed = {"stream_results": True, "max_row_buffer": BATCH}
        rows = connection.execute(text(query), {"item": item_id}, execution_options=streamed)
        yield from rows.partitions(BATCH)


def _inventory_cells(row: Any) -> Cells:
    # By place, not by name: names would take longer than all the rest.
    *product, reported, stock, cents, days, change, _, _, _ = row
    return *product, reported, stock, _money(cents), days, change


def _skipped_cells(row: Any) -> Cells:
    quantity = row.quantity if row.quantity is not None else row.quantity_text
    explanation = skipped_reasons.reason(row.reason, row.candidate_by, row.part_number, row.candidate)
    return row.supplier_code, row.part_number, row.description, quantity, explanation, row.candidate


def _money(cents: int | None) -> str | None:
    return None if cents is None else f"{cents // 100}.{cents % 100:02}"
