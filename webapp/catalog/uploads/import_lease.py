"""Lease on an import's row, which is the source of truth: acquired, renewed and finished by
compare-and-swap."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Engine, or_, select, update
from sqlalchemy.exc import DBAPIError

from webapp.core import clock
from webapp.core.limits import HEARTBEAT_TIMEOUT
from webapp.extensions import db
from webapp.models import CatalogImport

log = structlog.get_logger(__name__)

BEAT_SECONDS = 2.0


@dataclass(frozen=True)
class ImportLease:
    """A worker's lease on an import: valid while the import's `attempt` is still this number (fencing
    token)."""

    import_id: int
    attempt: int


def acquire(import_id: int) -> ImportLease | None:
    """Acquire a waiting import, or one whose worker died; None if it is leased or finished."""
    now = clock.now()
    attempt = db.session.scalar(
        update(CatalogImport)
        .where(CatalogImport.id == import_id, or_(CatalogImport.status == "queued", _is_dead(now)))
        .values(
            status="running",
            attempt=CatalogImport.attempt + 1,
            heartbeat_at=now,
            bytes_read=0,
            started_at=db.func.coalesce(CatalogImport.started_at, now),
        )
        .returning(CatalogImport.attempt)
    )
    db.session.commit()
    return None if attempt is None else ImportLease(import_id, attempt)


def stalled(now: datetime) -> list[CatalogImport]:
    """Return imports whose worker died, and waiting ones, in case their job was lost in Redis."""
    query = select(CatalogImport).where(or_(CatalogImport.status == "queued", _is_dead(now)))
    return list(db.session.scalars(query))


def _is_dead(now: datetime) -> Any:
    return (CatalogImport.status == "running") & (CatalogImport.heartbeat_at < now - HEARTBEAT_TIMEOUT)


def write(lease: ImportLease, note: Callable[[], None] = lambda: None, /, **values: Any) -> bool:
    """Write to the import's row and commit; false, with nothing written, if the lease was lost."""
    db.session.rollback()
    written: Any = db.session.execute(_owned(lease).values(**values))
    if written.rowcount:
        note()
    db.session.commit()
    return bool(written.rowcount)


@contextmanager
def heartbeat(lease: ImportLease, bytes_read: Callable[[], int]) -> Iterator[None]:
    """Write a heartbeat and the progress every other second.

    It runs in a thread: while the catalog is compared and written, nothing is read for minutes.
    """
    done = threading.Event()
    engine = db.engine
    thread = threading.Thread(target=_beat, args=(engine, lease, bytes_read, done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _beat(engine: Engine, lease: ImportLease, bytes_read: Callable[[], int], done: threading.Event) -> None:
    while not done.wait(BEAT_SECONDS):
        try:
            with engine.begin() as connection:
                values = {"heartbeat_at": clock.now(), "bytes_read": bytes_read()}
                connection.execute(_owned(lease).values(**values))
        except DBAPIError as error:
            # The next heartbeat may succeed; if none does, another worker takes over.
            log.warning("catalog_import.heartbeat_failed", id=lease.import_id, error=type(error).__name__)


def _owned(lease: ImportLease) -> Any:
    return update(CatalogImport).where(
        CatalogImport.id == lease.import_id,
        CatalogImport.attempt == lease.attempt,
        CatalogImport.status == "running",
    )
