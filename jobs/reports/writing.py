"""Puts a run's reports together in report storage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from sqlalchemy import delete, select

from jobs.reports.formats import Applied, ReportFormat, report_formats, write_rows
from jobs.reports.prerendered import PrerenderedReports, as_text
from webapp.core import spreadsheet, storage
from webapp.extensions import db
from webapp.models import Report, RunItem

# What a run says that ended without its reports.
MISSING = "The reports could not be stored."


@dataclass(frozen=True)
class Written:
    """A report file: its kind, where it is in storage, and how many rows it has."""

    kind: str
    path: str
    rows: int


def write(
    run_id: int, attempt: int, pulse: Callable[[], None], drafts: PrerenderedReports | None = None
) -> list[Written]:
    """Write both reports of a run; `pulse` is called now and then meanwhile.

    The attempt is part of the path, so that a worker that lost the run cannot write over its successor's
    file (R19). What is not in `drafts` is read from the database. Raises StorageError when storage refuses.
    """
    items = _applied(run_id)
    return [
        _write(f"runs/{run_id}/{kind.name}-{attempt}.csv", kind, items, pulse, drafts)
        for kind in report_formats()
    ]


def record(run_id: int, written: list[Written]) -> None:
    """Note the files in the database, instead of earlier ones of the run. The caller commits."""
    db.session.execute(delete(Report).where(Report.run_id == run_id))
    db.session.add_all(
        Report(run_id=run_id, kind=file.kind, path=file.path, rows=file.rows) for file in written
    )


def _applied(run_id: int) -> list[Applied]:
    found = db.session.execute(
        select(RunItem.id, RunItem.cleared)
        .where(RunItem.run_id == run_id, RunItem.status == "succeeded")
        .order_by(RunItem.position)
    )
    items = [Applied(*row) for row in found]
    db.session.commit()
    return items


def _write(
    path: str,
    kind: ReportFormat,
    items: list[Applied],
    pulse: Callable[[], None],
    drafts: PrerenderedReports | None,
) -> Written:
    rows = 0
    with storage.open_bytes_for_writing(path) as file:
        with as_text(file) as lines:
            spreadsheet.begin(lines, kind.columns)
        for item in items:
            rows += _write_item(file, kind, item, pulse, drafts)
    return Written(kind.name, path, rows)


def _write_item(
    file: IO[bytes],
    kind: ReportFormat,
    item: Applied,
    pulse: Callable[[], None],
    drafts: PrerenderedReports | None,
) -> int:
    drafted = drafts.copy(kind, item, file, pulse) if drafts is not None else None
    if drafted is not None:
        return drafted
    with as_text(file) as lines:
        return write_rows(lines, kind, item.id, pulse)
