"""Requests previews, and finds those that wait for a worker (R24)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, or_, select, update

from webapp import audit
from webapp.core import clock, queues
from webapp.core.enums import CURRENT_PREVIEW_STATES
from webapp.core.limits import HEARTBEAT_TIMEOUT
from webapp.core.task_names import Task
from webapp.extensions import db
from webapp.models import Dealer, PlannedChanges, Preview, PreviewCode, PreviewPull, User
from webapp.runs import lifecycle

TASK: Final = Task.PLAN_PREVIEW
# Longer than any preview may take: a dead one is detected by its heartbeat, not by the queue's timeout.
JOB_SECONDS: Final = 2 * 60 * 60
# A preview that was planned longer ago is not applied, and deleted.
LIFETIME: Final = timedelta(days=1)


def start(
    dealer: Dealer,
    kind: str,
    *,
    code_key: str | None = None,
    overrides: dict[str, Any] | None = None,
    by: User | None = None,
) -> Preview:
    """Request and enqueue a preview; it replaces the dealer's current one of its kind."""
    preview = request(dealer, kind, code_key=code_key, overrides=overrides, by=by)
    enqueue_jobs([preview.id])
    return preview


def request(
    dealer: Dealer,
    kind: str,
    *,
    code_key: str | None = None,
    overrides: dict[str, Any] | None = None,
    by: User | None = None,
) -> Preview:
    """Insert and commit a queued preview in place of the current one of its kind."""
    dealer_id, user_id = dealer.id, by.id if by else None
    # One request at a time: a second one waits here, and replaces the first.
    db.session.execute(select(Dealer.id).where(Dealer.id == dealer_id).with_for_update(key_share=True))
    _replace(dealer_id, kind)
    preview = Preview(
        dealer_id=dealer_id, kind=kind, code_key=code_key, overrides=overrides, requested_by_id=user_id
    )
    db.session.add(preview)
    db.session.flush()
    after = {"kind": kind, "code": code_key, **_named(overrides or {})}
    audit.note("preview.requested", "Preview", dealer_id=dealer_id, after=after, by=by)
    db.session.commit()
    return preview


def _named(overrides: dict[str, Any]) -> dict[str, Any]:
    """Return overrides as the audit log shows them: added codes by their names alone."""
    if "mapped" not in overrides:
        return overrides
    return {**overrides, "mapped": [code for code, _ in overrides["mapped"]]}


def _replace(dealer_id: int, kind: str) -> None:
    current = Preview.dealer_id == dealer_id, Preview.kind == kind, Preview.state.in_(CURRENT_PREVIEW_STATES)
    replaced = update(Preview).where(*current).values(state="replaced", finished_at=clock.now())
    for number in db.session.scalars(replaced.returning(Preview.id)).all():
        forget_plan(number, dealer_id)


def plan_again(preview: Preview, note: str) -> None:
    """Queue a preview that can no longer be applied; `note` says why. The caller commits."""
    others = Preview.dealer_id == preview.dealer_id, Preview.kind == preview.kind, Preview.id != preview.id
    if db.session.scalar(select(Preview.id).where(*others, Preview.state.in_(CURRENT_PREVIEW_STATES))):
        # A newer one was requested since.
        preview.state = "replaced"
        return
    forget_plan(preview.id, preview.dealer_id)
    preview.state, preview.note, preview.run_id, preview.reason = "queued", note, None, None
    preview.started_at = preview.finished_at = preview.heartbeat_at = None


def forget_plan(preview_id: int, dealer_id: int) -> None:
    """Delete what was fetched and planned for a preview of the dealer; the caller commits."""
    for model in (PreviewPull, PreviewCode):
        db.session.execute(delete(model).where(model.preview_id == preview_id))
    planned = PlannedChanges.preview_id == preview_id, PlannedChanges.dealer_id == dealer_id
    db.session.execute(delete(PlannedChanges).where(*planned))


def latest(dealer_id: int, kind: str) -> Preview | None:
    """Return the dealer's last preview of a kind that was not replaced."""
    query = select(Preview).where(
        Preview.dealer_id == dealer_id, Preview.kind == kind, Preview.state != "replaced"
    )
    return db.session.scalar(query.order_by(Preview.id.desc()).limit(1))


def enqueue_jobs(preview_ids: Iterable[int]) -> int:
    """Enqueue jobs for waiting previews; return how many Redis has now."""
    jobs = {f"plan-preview-{preview_id}": (preview_id,) for preview_id in preview_ids}
    return queues.enqueue_all(queues.SCAN, TASK, jobs, timeout=JOB_SECONDS)


def waiting(now: datetime) -> list[int]:
    """Return previews that wait, or have lost their worker, of dealers without an active run."""
    query = select(Preview.id).where(is_free(now), ~lifecycle.has_active_run(Preview.dealer_id))
    return list(db.session.scalars(query.order_by(Preview.id)))


def is_free(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a worker may take a preview: it waits, or its worker died (R19)."""
    is_dead = and_(Preview.state == "planning", Preview.heartbeat_at < now - HEARTBEAT_TIMEOUT)
    return or_(Preview.state == "queued", is_dead)


def delete_old(now: datetime) -> int:
    """Delete previews that are older than `LIFETIME`, with their plans; return how many.

    One that a run may be applying stays until the run has ended.
    """
    old = select(Preview.id, Preview.dealer_id).where(
        Preview.created_at < now - LIFETIME,
        Preview.state != "planning",
        ~lifecycle.has_active_run(Preview.dealer_id),
    )
    found = db.session.execute(old.limit(10)).all()
    for row in found:
        forget_plan(row.id, row.dealer_id)
    statement = delete(Preview).where(Preview.id.in_([row.id for row in found]))
    db.session.execute(statement)
    db.session.commit()
    return len(found)
