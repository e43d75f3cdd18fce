"""The reports of a run's codes, written down beside the run while the next code is fetched.

At the end of a run they only have to be put together. A draft is no more than that: what was not drafted, by
a worker that died or because something went wrong, is read from the database then.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from typing import IO

import structlog
from flask import Flask, current_app
from sqlalchemy import select

from jobs.reports.formats import Applied, ReportFormat, reading, report_formats, write_rows
from webapp.models import RunItem

log = structlog.get_logger(__name__)

# Seconds between two looks around while a draft is waited for.
LOOK_EVERY = 0.25
_CHUNK = 1 << 20


class _Abandoned(Exception):
    """Nobody wants the draft any more."""


@dataclass(frozen=True)
class PrerenderedCode:
    """The rows of one item in one report: where in the file of drafts they are, and how many."""

    first: int
    end: int
    rows: int


@dataclass(frozen=True)
class _Drafted:
    """What was drafted of an item when it had cleared so many products: by now it may have cleared more."""

    cleared: int
    drafts: dict[str, PrerenderedCode]


class PrerenderedReports:
    """What is drafted of one run, in one file for each report, which is gone with the process."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._thread = ThreadPoolExecutor(1, "reports")
        self._files: dict[str, IO[bytes]] = {}
        self._asked: dict[int, Future[_Drafted]] = {}
        self._is_abandoned = False

    def begin(self, item_id: int) -> None:
        """Have the rows of an item that was just applied written down."""
        self._asked[item_id] = self._thread.submit(self._draft, item_id)

    def copy(
        self, kind: ReportFormat, item: Applied, into: IO[bytes], pulse: Callable[[], None]
    ) -> int | None:
        """Append the rows of an item to a report, and tell how many; None where they are not drafted."""
        drafted = self._drafted(item.id, pulse)
        if drafted is None or drafted.cleared != item.cleared:
            return None
        draft = drafted.drafts[kind.name]
        for chunk in _chunks(self._files[kind.name], draft):
            into.write(chunk)
        return draft.rows

    def _drafted(self, item_id: int, pulse: Callable[[], None]) -> _Drafted | None:
        asked = self._asked.get(item_id)
        while asked is not None:
            pulse()
            try:
                return asked.result(LOOK_EVERY)
            except NotYet:
                continue
            except Exception as error:  # noqa: BLE001 - whatever it was, there is another way
                log.warning("report.draft_failed", error=type(error).__name__)
                del self._asked[item_id]
                return None
        return None

    def abandon(self) -> None:
        """Write nothing more down."""
        self._is_abandoned = True
        self._thread.shutdown(cancel_futures=True)

    def _draft(self, item_id: int) -> _Drafted:
        with self._app.app_context():
            return _Drafted(
                _cleared(item_id), {kind.name: self._write(kind, item_id) for kind in report_formats()}
            )

    def _write(self, kind: ReportFormat, item_id: int) -> PrerenderedCode:
        if kind.name not in self._files:
            self._files[kind.name] = tempfile.TemporaryFile(prefix="report-")  # noqa: SIM115 - gone with us
        file = self._files[kind.name]
        first = file.seek(0, 2)
        with as_text(file) as lines:
            rows = write_rows(lines, kind, item_id, self._still_wanted)
        return PrerenderedCode(first, file.tell(), rows)

    def _still_wanted(self) -> None:
        if self._is_abandoned:
            raise _Abandoned


@contextmanager
def prerendering() -> Iterator[PrerenderedReports]:
    """The drafts of a run, for as long as this process works on it."""
    drafts = PrerenderedReports(current_app._get_current_object())  # type: ignore[attr-defined]
    try:
        yield drafts
    finally:
        drafts.abandon()


@contextmanager
def as_text(file: IO[bytes]) -> Iterator[IO[str]]:
    """Write text into a file of bytes, all of which is there afterwards."""
    lines = TextIOWrapper(file, encoding="utf-8", newline="")
    try:
        yield lines
        lines.flush()
    finally:
        lines.detach()


def _cleared(item_id: int) -> int:
    with reading() as connection:
        return int(connection.execute(select(RunItem.cleared).where(RunItem.id == item_id)).scalar_one())


def _chunks(file: IO[bytes], draft: PrerenderedCode) -> Iterator[bytes]:
    """Read without moving in the file: the thread may be writing a later draft."""
    for first in range(draft.first, draft.end, _CHUNK):
        yield os.pread(file.fileno(), min(_CHUNK, draft.end - first), first)
