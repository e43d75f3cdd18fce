"""Decisions about held clearings (R14): apply the clearing, or keep the quantities."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, union, update

from webapp import audit
from webapp.core import clock, queues
from webapp.core.task_names import Task
from webapp.extensions import db
from webapp.models import HeldClearing, User
from webapp.models.held_clearings import UNSETTLED
from webapp.runs.settled_runs import settle

TASK = Task.CLEAR_HELD
# A decision this old that isn't applied was lost in Redis or with its worker.
FORGOTTEN_AFTER = timedelta(minutes=1)


def waiting_or_of_run(dealer_id: int, run_id: int | None) -> list[HeldClearing]:
    """Return those of a dealer that wait for a decision, and those of one of its runs in any state."""
    of_dealer = select(HeldClearing.id).where(HeldClearing.dealer_id == dealer_id)
    # An index each: SQLite uses neither for OR, and the partial one only with its own condition.
    waiting = of_dealer.where(HeldClearing.state == "held", UNSETTLED)
    chosen = union(waiting, of_dealer.where(HeldClearing.run_id == run_id))
    query = select(HeldClearing).where(HeldClearing.id.in_(chosen)).order_by(HeldClearing.id)
    return list(db.session.scalars(query))


def of_runs(run_ids: Collection[int]) -> list[HeldClearing]:
    """Return the clearings held in some runs, in any state."""
    query = select(HeldClearing).where(HeldClearing.run_id.in_(run_ids)).order_by(HeldClearing.id)
    return list(db.session.scalars(query))


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
    settle(clearing.run_id)
    db.session.commit()
    return True
