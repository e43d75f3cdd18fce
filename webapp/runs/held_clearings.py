"""What a person decides about a clearing that is held (R14): have it carried out, or keep the quantities."""

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
# One that was decided this long ago, and is not carried out, was forgotten by Redis or lost with its worker.
FORGOTTEN_AFTER = timedelta(minutes=1)


def waiting(dealer_id: int) -> list[HeldClearing]:
    """The clearings of a dealer that wait for a decision, the oldest first."""
    standing = select(HeldClearing).where(HeldClearing.dealer_id == dealer_id, HeldClearing.state == "held")
    return list(db.session.scalars(standing.order_by(HeldClearing.id)))


def of_run(run_id: int) -> list[HeldClearing]:
    """What was held in a run, whatever became of it."""
    held = select(HeldClearing).where(HeldClearing.run_id == run_id).order_by(HeldClearing.id)
    return list(db.session.scalars(held))


def carry_out(clearing: HeldClearing, by: User | None) -> bool:
    """Have a worker clear what was held; false if it is decided already, or overtaken by a later run."""
    if not _decide(clearing, "applying", "held_clearing.applied", by):
        return False
    wake(clearing.id)
    return True


def keep(clearing: HeldClearing, by: User | None) -> bool:
    """Keep the quantities, also when later runs say the same; false if it is decided or overtaken."""
    return _decide(clearing, "kept", "held_clearing.kept", by)


def wake(clearing_id: int) -> bool:
    """Tell a worker that a decision is to be carried out; true if Redis took the message."""
    return queues.enqueue(queues.CONTROL, TASK, clearing_id, job_id=f"clear-{clearing_id}")


def stalled(now: datetime) -> list[int]:
    """Decisions that should have been carried out by now."""
    decided = select(HeldClearing.id).where(
        HeldClearing.state == "applying", HeldClearing.decided_at < now - FORGOTTEN_AFTER
    )
    return list(db.session.scalars(decided))


def _decide(clearing: HeldClearing, state: str, action: str, by: User | None) -> bool:
    decided: Any = db.session.execute(
        update(HeldClearing)
        .where(HeldClearing.id == clearing.id, HeldClearing.state == "held")
        .values(state=state, decided_at=clock.now(), decided_by_id=by.id if by else None)
        .execution_options(synchronize_session=False)
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
