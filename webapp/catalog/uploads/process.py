"""Runs an import: reads the stored file through `webapp/catalog/importing`, and writes the list of rejected
rows.

Imports are idempotent, so an interrupted import simply starts again.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from typing import IO, Any, cast

import structlog

from webapp import audit
from webapp.catalog.importing import Imported, import_catalog
from webapp.catalog.uploads import import_lease
from webapp.catalog.uploads.import_lease import ImportLease
from webapp.core import clock, storage
from webapp.core.spreadsheet import Unreadable, defuse, write_header
from webapp.extensions import db
from webapp.models import CatalogImport
from webapp.search import outbox

log = structlog.get_logger(__name__)

BUFFER = 1024 * 1024
BROKEN = "Something went wrong on our side. You can safely import the file again."


class Stopped(Exception):
    """This process was told to stop; the import starts again in another one."""


class Watched(io.RawIOBase):
    """File that counts the bytes read, and checks for cancellation before each read."""

    def __init__(self, file: IO[bytes], should_stop: Callable[[], bool]) -> None:
        self._file = file
        self._should_stop = should_stop
        self.bytes_read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._should_stop():
            raise Stopped
        piece = self._file.read(len(buffer))
        buffer[: len(piece)] = piece
        self.bytes_read += len(piece)
        return len(piece)


def process_import(import_id: int, should_stop: Callable[[], bool]) -> bool:
    """Import the file if it is waiting or its worker died; false if it is leased or finished.

    Raises Stopped on shutdown; the import is then waiting again. Any other error ends it as failed.
    """
    lease = import_lease.acquire(import_id)
    if lease is None:
        return False
    try:
        _finish(lease, _imported(lease, should_stop))
    except Stopped:
        import_lease.write(lease, status="queued", heartbeat_at=None)
        raise
    except (Unreadable, storage.StorageError) as refusal:
        _fail(lease, f"{str(refusal)[:1].upper()}{str(refusal)[1:]}.")
    except BaseException:
        _fail(lease, BROKEN)
        raise
    return True


def _imported(lease: ImportLease, should_stop: Callable[[], bool]) -> Imported:
    path = db.session.get_one(CatalogImport, lease.import_id).path
    # An open transaction would block the heartbeat, and on SQLite the import itself.
    db.session.rollback()
    with storage.open_bytes_for_reading(path) as kept, _rejected(lease, path) as reject:
        watched = Watched(kept, should_stop)
        with import_lease.heartbeat(lease, lambda: watched.bytes_read):
            return import_catalog(cast(Any, io.BufferedReader(watched, BUFFER)), reject, reject)


@contextmanager
def _rejected(lease: ImportLease, path: str) -> Iterator[Callable[[int, str], None]]:
    """Return a function that adds a row to the list of rejected rows."""
    rejected_path = path.replace("catalog.csv", f"rejected-{lease.attempt}.csv")
    with storage.open_for_writing(rejected_path) as file:
        rows = write_header(file, ("line", "reason"))

        def reject(line: int, reason: str) -> None:
            rows.writerow((line, defuse(reason)))

        yield reject
    import_lease.write(lease, rejected_path=rejected_path)


def _finish(lease: ImportLease, imported: Imported) -> None:
    status = "partial" if imported.rejected else "succeeded"
    ended: dict[str, Any] = {"status": status, "finished_at": clock.now(), "heartbeat_at": None}
    ended |= {"bytes_read": CatalogImport.bytes_total, **asdict(imported)}
    if import_lease.write(lease, partial(_note, lease, imported), **ended):
        _let_go(lease)
    outbox.enqueue_drain()


def _note(lease: ImportLease, imported: Imported) -> None:
    row = db.session.get_one(CatalogImport, lease.import_id)
    audit.note("catalog.imported", row.file_name, after=asdict(imported), by=row.requested_by)


def _fail(lease: ImportLease, reason: str) -> None:
    ended = {"status": "failed", "reason": reason, "finished_at": clock.now(), "heartbeat_at": None}
    if import_lease.write(lease, **ended):
        _let_go(lease)


def _let_go(lease: ImportLease) -> None:
    """Delete the imported file; only the list of rejected rows is kept."""
    path = db.session.get_one(CatalogImport, lease.import_id).path
    # That query's transaction must not stay open.
    db.session.rollback()
    try:
        storage.remove_file(path)
    except storage.StorageError as error:
        # The cleanup job deletes it with the import's row.
        log.warning("catalog_import.file_removal_failed", id=lease.import_id, error=str(error))
