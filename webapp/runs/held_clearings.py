"""Decisions about held clearings (R14): apply the clearing, or keep the quantities."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from webapp import audit
from webapp.core import clock, queues
from webapp.core.task_names import Task
from webapp.extensions import db
from webapp.models import HeldClearing, User

TASK = Task.CLEAR_HELD
# A decision this old that isn't applied was lost in Redis or with its worker.
FORGOTTEN_AFTER = timedelta(minutes=1)


def waiting(dealer_id: int) -> list[HeldClearing]:
    """Return the clearings of a dealer that wait for a decision, the oldest first."""
    query = select(HeldClearing).where(HeldClearing.dealer_id == dealer_id, HeldClearing.state == "held")
    return list(db.session.scalars(query.order_by(HeldClearing.id)))


def of_run(run_id: int) -> list[HeldClearing]:
    """Return the clearings held in a run, in any state."""
    held = select(HeldClearing).where(HeldClearing.run_id == run_id).order_by(HeldClearing.id)
    return list(db.session.scalars(held))


def apply_clearing(clearing: HeldClearing, by: User | None) -> bool:
    """Have a worker apply the clearing; false if it is already decided, or superseded by a later run."""
    if not _decide(clearing, "applying", "held_clearing.applied", by):
        return False
    enqueue_job(clearing.id)
    return True


def keep_quantities(clearing: HeldClearing, by: User | None) -> bool:
    """Keep the quantities, also if later runs report the same; false if it is decided or superseded."""
    return _decide(clearing, "kept", "held_clearing.kept", by)


def enqueue_job(clearing_id: int) -> bool:
    """Enqueue a job that applies a decision; true if Redis accepted it."""
    return queues.enqueue(queues.CONTROL, TASK, clearing_id, job_id=f"clear-{clearing_id}")


def stalled(now: datetime) -> list[int]:
    """Return decisions that should have been applied by now."""
    decided = select(HeldClearing.id).where(
        HeldClearing.state == "applying", HeldClearing.decided_at < now - FORGOTTEN_AFTER
    )
    return list(db.session.scalars(decided))


def _decide(clearing: HeldClearing, state: str, action: str, by: User | None) -> bool:
    decided: Any = db.session.execute(
        update(HeldClearing)
        .where(HeldClearing.id == clearing.id, HeldClearing.state == "held")
        .values(state=state, decided_at=clock.now(), decided_by_id=by.id if by else None)
    )
    if not decided.rowcount:
        db.session.rollback()
        return False
    audit.note(
        action,
        clearing.supplier_code,
        dealer_id=clearing.dealer_id,
        after={"products": clearing.products, "stocked": clearing.stocked},
        by=by,
    )
    db.session.commit()
    return True
