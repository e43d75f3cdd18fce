"""Streams a run's reports from the database into report storage."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, text

from jobs.reports import inventory, skipped
from webapp import skipped_reasons, spreadsheet, storage
from webapp.extensions import db, plan_as_written
from webapp.models import Report

BATCH = 2_000
# What a run says that ended without its reports.
MISSING = "The reports could not be stored."


@dataclass(frozen=True)
class Written:
    """A report file: its kind, where it is in storage, and how many rows it has."""

    kind: str
    path: str
    rows: int


@dataclass(frozen=True)
class Kind:
    """What a report is made from, and how its rows look."""

    name: str
    columns: tuple[str, ...]
    query: str
    cells: Callable[[Any], list[Any]]


def write(run_id: int, attempt: int, pulse: Callable[[], None]) -> list[Written]:
    """Write both reports of a run; `pulse` is called now and then meanwhile.

    The attempt is part of the path, so that a worker that lost the run cannot write over its successor's
    file (R19). Raises StorageError when storage refuses.
    """
    return [_write(run_id, attempt, kind, pulse) for kind in _kinds()]


def record(run_id: int, written: list[Written]) -> None:
    """Note the files in the database, instead of earlier ones of the run. The caller commits."""
    db.session.execute(delete(Report).where(Report.run_id == run_id))
    db.session.add_all(
        Report(run_id=run_id, kind=file.kind, path=file.path, rows=file.rows) for file in written
    )


def _kinds() -> list[Kind]:
    is_sqlite = db.engine.dialect.name == "sqlite"
    query = inventory.SQLITE_QUERY if is_sqlite else inventory.QUERY
    return [
        Kind("inventory", inventory.COLUMNS, query, _inventory_cells),
        Kind("skipped", skipped.COLUMNS, skipped.QUERY, _skipped_cells),
    ]


def _write(run_id: int, attempt: int, kind: Kind, pulse: Callable[[], None]) -> Written:
    path = f"runs/{run_id}/{kind.name}-{attempt}.csv"
    rows = 0
    try:
        with storage.open_for_writing(path) as file:
            writer = spreadsheet.writer(file)
            writer.writerow(kind.columns)
            for rows, row in enumerate(_rows(run_id, kind.query), start=1):
                cells = kind.cells(row)
                writer.writerow([spreadsheet.defuse(cell) if type(cell) is str else cell for cell in cells])
                if rows % BATCH == 0:
                    pulse()
    except OSError as error:
        raise storage.StorageError(f"report storage cannot write {path}: {type(error).__name__}") from error
    return Written(kind.name, path, rows)


def _rows(run_id: int, query: str) -> Iterator[Any]:
    """The rows of a query, a batch at a time, in a reading transaction of their own."""
    with db.engine.connect().execution_options(sqlite_begin="DEFERRED") as connection:
        plan_as_written(connection)
        streamed = {"stream_results": True, "yield_per": BATCH}
        yield from connection.execute(text(query), {"run": run_id}, execution_options=streamed)


def _inventory_cells(row: Any) -> list[Any]:
    return [
        *row[:7],
        row.reported_quantity,
        row.shelf_quantity,
        _money(row.sale_price_cents),
        row.lead_time_days,
        row.change,
    ]


def _skipped_cells(row: Any) -> list[Any]:
    quantity = row.quantity if row.quantity is not None else row.quantity_text
    explanation = skipped_reasons.reason(row.reason, row.candidate_by)
    return [row.supplier_code, row.part_number, row.description, quantity, explanation, row.candidate]


def _money(cents: int | None) -> str | None:
    return None if cents is None else f"{cents // 100}.{cents % 100:02}"
