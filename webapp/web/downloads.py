"""Downloads, streamed: CSV files from report storage, and any rows as an Excel file."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from typing import IO, Final, NoReturn

import structlog
from flask import Response, abort

from webapp.core import storage
from webapp.core.limits import MAX_WORKBOOK_ROWS
from webapp.core.spreadsheet import BOM, Cell, undo_defuse, write_workbook
from webapp.extensions import db

log = structlog.get_logger(__name__)

CHUNK: Final = 64 * 1024
CSV: Final = "text/csv"
EXCEL: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NOT_KEPT = "This report is no longer kept in report storage."
TOO_LONG = f"An Excel file has at most {MAX_WORKBOOK_ROWS:,} rows here. Download the CSV file instead."


def csv_file(name: str, write: Callable[..., None], *arguments: object) -> Response:
    """Send what a function writes to a file as CSV, which is its last argument, under a given name."""
    file = io.StringIO(newline="")
    write(*arguments, file)
    return Response(file.getvalue(), mimetype=CSV, headers=headers(name))


def attachment(path: str, name: str) -> Response:
    """Send a stored CSV file under a given name; 404 if it no longer exists, 503 if storage is
    unavailable."""
    opened = ExitStack()
    response = Response(_marked(_opened(path, opened)), mimetype=CSV, headers=headers(name))
    response.call_on_close(opened.close)
    return response


def stored_workbook(path: str, name: str, title: str, rows: int) -> Response:
    """Send a stored CSV file as an Excel file; answers as `attachment` does, and 404 if it is too long."""
    refuse_long_workbook(rows)
    with ExitStack() as opened:
        cells = csv.reader(_unmarked(_opened(path, opened)))
        try:
            return workbook(name, title, next(cells, []), ([*map(undo_defuse, row)] for row in cells))
        except storage.StorageError as error:
            _refuse(error)


def refuse_long_workbook(rows: int) -> None:
    """Answer 404 if an Excel file would take too long to build."""
    if rows > MAX_WORKBOOK_ROWS:
        abort(404, TOO_LONG)


def workbook(name: str, title: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """Send rows as an Excel file under a given name; it is built in a temporary file."""
    # It takes seconds, during which no transaction stays open.
    db.session.rollback()
    file = tempfile.TemporaryFile(prefix="download-")  # noqa: SIM115 - closed with the response
    try:
        write_workbook(file, title, columns, rows)
    except BaseException:
        file.close()
        raise
    size = file.seek(0, 2)
    file.seek(0)
    response = Response(iter(lambda: file.read(CHUNK), b""), mimetype=EXCEL, headers=headers(name))
    response.content_length = size
    response.call_on_close(file.close)
    return response


def headers(name: str) -> dict[str, str]:
    """Return the headers of a download under a given name."""
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}


def _opened(path: str, opened: ExitStack) -> IO[str]:
    try:
        return opened.enter_context(storage.open_for_reading(path))
    except storage.NotStored:
        abort(404, NOT_KEPT)
    except storage.StorageError as error:
        _refuse(error)


def _refuse(error: storage.StorageError) -> NoReturn:
    log.error("report.refused", error=str(error))
    abort(503)


def _marked(file: IO[str]) -> Iterator[str]:
    """Yield a text with exactly one byte order mark: reports of earlier releases have none."""
    yield BOM + file.read(CHUNK).removeprefix(BOM)
    yield from iter(lambda: file.read(CHUNK), "")


def _unmarked(file: IO[str]) -> Iterator[str]:
    """Yield the lines of a text without its byte order mark."""
    yield file.readline().removeprefix(BOM)
    yield from file
