"""Prerendering of each code's report rows, in a background thread while the next code is fetched.

At the end of a run the prerendered rows are concatenated. Rows that were not prerendered, because the worker
died or an error occurred, are then read from the database.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from typing import IO

import structlog
from flask import Flask, current_app
from sqlalchemy import select

from jobs.concurrency import StopEvent, Waiting, wait_until_done
from jobs.reports.formats import Applied, ReportFormat, reading, report_formats, write_rows
from webapp.models import RunItem

log = structlog.get_logger(__name__)

# Bytes that are copied between two calls of `waiting`.
CHUNK = 1 << 20


@dataclass(frozen=True)
class PrerenderedCode:
    """Rows of one item in one report: their byte range in the temporary file, and their number."""

    first: int
    end: int
    rows: int


@dataclass(frozen=True)
class _PrerenderedItem:
    """Rows of one item in each report; outdated if `cleared` of the item has changed."""

    cleared: int
    reports: dict[str, PrerenderedCode]


class PrerenderedReports:
    """Prerendered rows of one run, in one temporary file per report."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        # One thread, so that the rows of two items are never written to a file concurrently.
        self._executor = ThreadPoolExecutor(1, "reports")
        self._stop = StopEvent()
        self._files: dict[str, IO[bytes]] = {}
        self._items: dict[int, Future[_PrerenderedItem]] = {}

    def begin(self, item_id: int) -> None:
        """Start to write the rows of an item that was just applied."""
        self._items[item_id] = self._executor.submit(self._prerender, item_id)

    def copy(self, report: ReportFormat, item: Applied, into: IO[bytes], waiting: Waiting) -> int | None:
        """Append the rows of an item to a report and return their number; None if not prerendered.

        `waiting` is called while the rows are being prerendered and after each `CHUNK` of the copy: it renews
        the run's heartbeat, so that a slow upload does not look like a dead worker.
        """
        prerendered = self._result(item.id, waiting)
        if prerendered is None or prerendered.cleared != item.cleared:
            return None
        code = prerendered.reports[report.name]
        for chunk in _chunks(self._files[report.name], code):
            into.write(chunk)
            waiting()
        return code.rows

    def abandon(self) -> None:
        """Stop the background thread and wait for its end."""
        self._stop.set()
        self._executor.shutdown(cancel_futures=True)

    def _result(self, item_id: int, waiting: Waiting) -> _PrerenderedItem | None:
        future = self._items.get(item_id)
        if future is None:
            return None
        wait_until_done(future, waiting)
        if (error := future.exception()) is None:
            return future.result()
        log.warning("report.prerender_failed", error=type(error).__name__)
        del self._items[item_id]
        return None

    def _prerender(self, item_id: int) -> _PrerenderedItem:
        with self._app.app_context():
            cleared = _cleared(item_id)
            return _PrerenderedItem(
                cleared, {report.name: self._write(report, item_id) for report in report_formats()}
            )

    def _write(self, report: ReportFormat, item_id: int) -> PrerenderedCode:
        if report.name not in self._files:
            self._files[report.name] = tempfile.TemporaryFile(prefix="report-")  # noqa: SIM115 - until exit
        file = self._files[report.name]
        first = file.seek(0, 2)
        with as_text(file) as lines:
            rows = write_rows(lines, report, item_id, self._stop.check)
        return PrerenderedCode(first, file.tell(), rows)


@contextmanager
def prerendering() -> Iterator[PrerenderedReports]:
    """Provide the prerendered reports of a run, and stop the background thread at the end."""
    prerendered = PrerenderedReports(current_app._get_current_object())  # type: ignore[attr-defined]
    try:
        yield prerendered
    finally:
        prerendered.abandon()


@contextmanager
def as_text(file: IO[bytes]) -> Iterator[IO[str]]:
    """Wrap a binary file as text; flushed at the end."""
    lines = TextIOWrapper(file, encoding="utf-8", newline="")
    try:
        yield lines
        lines.flush()
    finally:
        lines.detach()


def _cleared(item_id: int) -> int:
    with reading() as connection:
        return int(connection.execute(select(RunItem.cleared).where(RunItem.id == item_id)).scalar_one())


def _chunks(file: IO[bytes], code: PrerenderedCode) -> Iterator[bytes]:
    """Read a byte range without moving the file position: the thread may append rows of a later item."""
    for first in range(code.first, code.end, CHUNK):
        yield os.pread(file.fileno(), min(CHUNK, code.end - first), first)
