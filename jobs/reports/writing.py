"""Writer of a run's reports to report storage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO

from sqlalchemy import delete, select

from jobs.concurrency import Waiting
from jobs.reports.formats import Applied, ReportFormat, report_formats, write_rows
from jobs.reports.prerendered import PrerenderedReports, as_text
from webapp.core import spreadsheet, storage
from webapp.core.run_states import RunItemState
from webapp.extensions import db
from webapp.models import Report, RunItem


@dataclass(frozen=True)
class Written:
    """Report file: kind, path in storage, and number of rows."""

    kind: str
    path: str
    rows: int


def write(
    run_id: int, attempt: int, waiting: Waiting, prerendered: PrerenderedReports | None = None
) -> list[Written]:
    """Write both reports of a run; `waiting` is called regularly.

    The attempt is part of the path, so that a worker that lost its lease cannot overwrite the file of the
    worker that took over (R19). Items not in `prerendered` are read from the database. Raises
    StorageError.
    """
    items = _applied(run_id)
    # No transaction stays open while storage is written.
    db.session.commit()
    return [
        _write(f"runs/{run_id}/{kind.name}-{attempt}.csv", kind, items, waiting, prerendered)
        for kind in report_formats()
    ]


def record(run_id: int, written: list[Written]) -> None:
    """Store the report rows in the database, replacing earlier ones of the run. The caller commits."""
    db.session.execute(delete(Report).where(Report.run_id == run_id))
    db.session.add_all(
        Report(run_id=run_id, kind=file.kind, path=file.path, rows=file.rows) for file in written
    )


def are_recorded(run_id: int) -> bool:
    """Whether the reports of a run are stored in the database."""
    return db.session.scalar(select(Report.id).where(Report.run_id == run_id).limit(1)) is not None


def _applied(run_id: int) -> list[Applied]:
    rows = db.session.execute(
        select(RunItem.id, RunItem.cleared)
        .where(RunItem.run_id == run_id, RunItem.status == RunItemState.SUCCEEDED)
        .order_by(RunItem.position)
    )
    return [Applied(*row) for row in rows]


def _write(
    path: str,
    kind: ReportFormat,
    items: list[Applied],
    waiting: Waiting,
    prerendered: PrerenderedReports | None,
) -> Written:
    rows = 0
    with storage.open_bytes_for_writing(path) as file:
        with as_text(file) as lines:
            spreadsheet.write_header(lines, kind.columns)
        for item in items:
            rows += _write_item(file, kind, item, waiting, prerendered)
    return Written(kind.name, path, rows)


def _write_item(
    file: IO[bytes],
    kind: ReportFormat,
    item: Applied,
    waiting: Waiting,
    prerendered: PrerenderedReports | None,
) -> int:
    rows = prerendered.copy(kind, item, file, waiting) if prerendered is not None else None
    if rows is not None:
        return rows
    with as_text(file) as lines:
        return write_rows(lines, kind, item.id, waiting)
