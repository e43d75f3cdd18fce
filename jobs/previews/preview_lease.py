"""Lease on a preview: acquired, renewed and ended by compare-and-swap on its fencing token."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Update, func, update

from jobs.sync.background_heartbeat import kept_beating
from webapp.core import clock
from webapp.extensions import db
from webapp.models import Preview
from webapp.previews import requests


class LeaseLost(Exception):
    """Another worker has the preview, or it was replaced."""


@dataclass(frozen=True)
class PreviewLease:
    """A worker's lease on a preview: valid while the preview's `attempt` is this one."""

    preview_id: int
    attempt: int
    dealer_id: int


def acquire(preview_id: int) -> PreviewLease | None:
    """Acquire a waiting preview, or one whose worker died; None if it is neither."""
    now = clock.now()
    values = {
        "state": "planning",
        "attempt": Preview.attempt + 1,
        "heartbeat_at": now,
        "started_at": func.coalesce(Preview.started_at, now),
    }
    statement = update(Preview).where(Preview.id == preview_id, requests.is_free(now)).values(values)
    row = db.session.execute(statement.returning(Preview.attempt, Preview.dealer_id)).one_or_none()
    db.session.commit()
    return None if row is None else PreviewLease(preview_id, row.attempt, row.dealer_id)


def renew(lease: PreviewLease) -> None:
    """Renew the heartbeat and commit. Raises LeaseLost."""
    write(lease, {"heartbeat_at": clock.now()})
    db.session.commit()


def write(lease: PreviewLease, values: Mapping[str, Any]) -> None:
    """Write to the preview's row, within the caller's transaction. Raises LeaseLost."""
    written: Any = db.session.execute(_owned(lease).values(**values))
    if not written.rowcount:
        db.session.rollback()
        raise LeaseLost


def kept_alive(lease: PreviewLease) -> AbstractContextManager[None]:
    """Renew the heartbeat in a thread while the codes are planned in one transaction."""
    return kept_beating(_owned(lease))


def release(lease: PreviewLease) -> None:
    """Let another worker continue it later; what was fetched is kept."""
    write(lease, {"state": "queued", "heartbeat_at": None})
    db.session.commit()


def fail(lease: PreviewLease, sentence: str) -> None:
    """End the preview as failed, with the reason for the dealer."""
    requests.forget_plan(lease.preview_id, lease.dealer_id)
    write(lease, {"state": "failed", "reason": sentence, "finished_at": clock.now(), "heartbeat_at": None})
    db.session.commit()


def _owned(lease: PreviewLease) -> Update:
    return update(Preview).where(
        Preview.id == lease.preview_id, Preview.attempt == lease.attempt, Preview.state == "planning"
    )
