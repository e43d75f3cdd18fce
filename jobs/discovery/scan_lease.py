"""Lease on a dealer's scan: acquired, renewed and ended by compare-and-swap on its fencing token."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Update, func, insert, update

from jobs.sync.background_heartbeat import kept_beating
from webapp.code_discovery import scans
from webapp.core import clock
from webapp.extensions import db
from webapp.models import CodeScan, CodeScanBlock


class LeaseLost(Exception):
    """Another worker has the scan, or it was requested again."""


@dataclass(frozen=True)
class ScanLease:
    """A worker's lease on scan `number` of a dealer: valid while the scan's `attempt` is this one."""

    dealer_id: int
    number: int
    attempt: int


def acquire(dealer_id: int) -> ScanLease | None:
    """Acquire a waiting scan, or one whose worker died; None if there is none."""
    now = clock.now()
    values = {
        "status": "running",
        "attempt": CodeScan.attempt + 1,
        "heartbeat_at": now,
        "started_at": func.coalesce(CodeScan.started_at, now),
    }
    statement = update(CodeScan).where(CodeScan.dealer_id == dealer_id, scans.is_free(now)).values(values)
    row = db.session.execute(statement.returning(CodeScan.number, CodeScan.attempt)).one_or_none()
    db.session.commit()
    return None if row is None else ScanLease(dealer_id, row.number, row.attempt)


def renew(lease: ScanLease) -> None:
    """Renew the heartbeat and commit. Raises LeaseLost."""
    write(lease, {"heartbeat_at": clock.now()})
    db.session.commit()


def write(lease: ScanLease, values: Mapping[str, Any]) -> None:
    """Write to the scan's row, within the caller's transaction. Raises LeaseLost."""
    written: Any = db.session.execute(_owned(lease).values(**values))
    if not written.rowcount:
        db.session.rollback()
        raise LeaseLost


def add_block(lease: ScanLease, position: int, body: bytes, progress: Mapping[str, Any]) -> None:
    """Store parts together with the progress, in one transaction. Raises LeaseLost."""
    write(lease, {"heartbeat_at": clock.now(), **progress})
    keys = {"dealer_id": lease.dealer_id, "scan_number": lease.number, "position": position}
    db.session.execute(insert(CodeScanBlock).values(**keys, body=body))
    db.session.commit()


def kept_alive(lease: ScanLease) -> AbstractContextManager[None]:
    """Renew the heartbeat in a thread, during a statement that may take longer than a heartbeat lasts."""
    return kept_beating(_owned(lease))


def release(lease: ScanLease) -> None:
    """Let another worker continue the scan later."""
    write(lease, {"status": "queued", "heartbeat_at": None})
    db.session.commit()


def fail(lease: ScanLease, sentence: str) -> None:
    """End the scan as failed, with the reason for the dealer."""
    write(lease, {"status": "failed", "error": sentence, "finished_at": clock.now(), "heartbeat_at": None})
    db.session.commit()


def _owned(lease: ScanLease) -> Update:
    return update(CodeScan).where(
        CodeScan.dealer_id == lease.dealer_id,
        CodeScan.number == lease.number,
        CodeScan.attempt == lease.attempt,
        CodeScan.status == "running",
    )
