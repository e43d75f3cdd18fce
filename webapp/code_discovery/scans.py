"""Requests scans of a dealer's stock for unmapped codes, and finds those that wait for a worker (R20)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update

from webapp import audit
from webapp.core import clock, queues
from webapp.core.limits import HEARTBEAT_TIMEOUT
from webapp.core.task_names import Task
from webapp.extensions import db
from webapp.models import CodeScan, Dealer, User
from webapp.models.upserts import insert_new
from webapp.runs import lifecycle

TASK = Task.SCAN_CODES
# Longer than any scan may take: a dead one is detected by its heartbeat, not by the queue's timeout.
JOB_SECONDS = 2 * 60 * 60
FRESH: dict[str, Any] = {
    "started_at": None,
    "finished_at": None,
    "heartbeat_at": None,
    "bookmark": None,
    "requests": 0,
    "pages": 0,
    "parts": 0,
    "codes": 0,
    "error": None,
}


def of_dealer(dealer_id: int) -> CodeScan | None:
    """Return the dealer's latest scan."""
    return db.session.get(CodeScan, dealer_id)


def start(dealer: Dealer, trigger: str, requested_by: User | None = None) -> bool:
    """Request and enqueue a scan, unless one is active; return whether it is a new one."""
    is_new = request(dealer, trigger, requested_by)
    enqueue_jobs([dealer.id])
    return is_new


def request(dealer: Dealer, trigger: str, requested_by: User | None = None) -> bool:
    """Insert and commit a queued scan; false if one is active, which stays as it is."""
    user_id = requested_by.id if requested_by else None
    dealer_id = dealer.id
    values = {"trigger": trigger, "requested_by_id": user_id, "queued_at": clock.now(), "status": "queued"}
    inserted = insert_new(CodeScan).values(dealer_id=dealer_id, number=1, **values)
    is_new = db.session.scalar(inserted.returning(CodeScan.dealer_id)) is not None or _begin_again(
        dealer_id, values
    )
    if is_new and trigger != "weekly":
        audit.note("codes.scanned", "Lightspeed", dealer_id=dealer_id, by=requested_by)
    db.session.commit()
    return is_new


def _begin_again(dealer_id: int, values: dict[str, Any]) -> bool:
    statement = (
        update(CodeScan)
        .where(CodeScan.dealer_id == dealer_id, CodeScan.status.not_in(("queued", "running")))
        .values(number=CodeScan.number + 1, **FRESH, **values)
        .returning(CodeScan.number)
    )
    return db.session.scalar(statement) is not None


def enqueue_jobs(dealer_ids: Iterable[int]) -> int:
    """Enqueue jobs for waiting scans; return how many Redis has now."""
    jobs = {f"scan-codes-{dealer_id}": (dealer_id,) for dealer_id in dealer_ids}
    return queues.enqueue_all(queues.SCAN, TASK, jobs, timeout=JOB_SECONDS)


def waiting(now: datetime) -> list[int]:
    """Return dealers whose scan waits, or has lost its worker, and that have no active run."""
    query = select(CodeScan.dealer_id).where(is_free(now), ~lifecycle.has_active_run(CodeScan.dealer_id))
    return list(db.session.scalars(query))


def is_free(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a worker may take a scan: it waits, or its worker died (R19)."""
    is_dead = and_(CodeScan.status == "running", CodeScan.heartbeat_at < now - HEARTBEAT_TIMEOUT)
    return or_(CodeScan.status == "queued", is_dead)
