"""Starts and cancels runs: a row, a commit, and only then a job (R6, R8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import case, select, update
from sqlalchemy.exc import IntegrityError

from webapp import audit
from webapp.core import clock, queues
from webapp.core.enums import ACTIVE_RUN_STATES, WEEKDAYS
from webapp.core.task_names import Task
from webapp.extensions import db
from webapp.models import Configuration, Dealer, Run, SupplierCode, User

TASK = Task.SYNC_RUN
# Longer than a run may ever take: a run is ended by its heartbeat, not by the queue.
JOB_SECONDS = 6 * 60 * 60


@dataclass(frozen=True, order=True)
class Slot:
    """A scheduled start: the dealer's local date and hour (R6), earlier ones first."""

    date: date
    hour: int


@dataclass(frozen=True)
class Started:
    """The run that was asked for, or the one that was already active (R8)."""

    run: Run
    created: bool


def start(
    dealer: Dealer,
    trigger: str,
    *,
    requested_by: User | None = None,
    anyway: bool = False,
    slot: Slot | None = None,
    retry_of: Run | None = None,
) -> Started:
    """Record and queue a run of the dealer, unless one is active."""
    started = record(dealer, trigger, requested_by=requested_by, anyway=anyway, slot=slot, retry_of=retry_of)
    if started.created:
        wake(started.run)
    return started


def record(
    dealer: Dealer,
    trigger: str,
    *,
    requested_by: User | None = None,
    anyway: bool = False,
    slot: Slot | None = None,
    retry_of: Run | None = None,
) -> Started:
    """Insert and commit a queued run; the database's partial unique index refuses a second active one.

    With a slot that has already run, that run is answered, whatever became of it. With `retry_of` only the
    codes are tried that have not succeeded in that run, or in what it is a retry of itself.
    """
    run = Run(
        dealer_id=dealer.id,
        trigger=trigger,
        requested_by_id=requested_by.id if requested_by else None,
        anyway=anyway,
        slot_date=slot.date if slot else None,
        slot_hour=slot.hour if slot else None,
        retry_of_id=(retry_of.retry_of_id or retry_of.id) if retry_of else None,
        retry_number=retry_of.retry_number + 1 if retry_of else 0,
    )
    dealer_id = dealer.id
    db.session.add(run)
    try:
        db.session.flush()
        audit.note("run.queued", f"Run {run.id}", dealer_id=dealer_id, after=_noted(run), by=requested_by)
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        present = of_slot(dealer_id, slot) or active(dealer_id)
        if present is None:
            raise
        return Started(present, created=False)
    return Started(run, created=True)


def _noted(run: Run) -> dict[str, Any]:
    slot = None
    if run.slot_date is not None and run.slot_hour is not None:
        slot = Slot(run.slot_date, run.slot_hour)
    return {**asked_for(run.trigger, slot), **({"anyway": True} if run.anyway else {})}


def asked_for(trigger: str, slot: Slot | None) -> dict[str, Any]:
    """What the audit log notes of a run that is queued."""
    return {"trigger": trigger, **({"slot": f"{slot.date} {slot.hour:02}:00"} if slot else {})}


def wake(run: Run) -> bool:
    """Tell a worker that the run waits; true if Redis took the message."""
    return bool(wake_all([(run.id, run.attempt)]))


def wake_all(waiting: Iterable[tuple[int, int]]) -> int:
    """Tell workers of runs, each its id and attempt; how many messages Redis took, or had already."""
    # The attempt is part of the id: a job that was left behind by a dead worker must not hide a new one.
    jobs = {f"sync-{run_id}-{attempt}": (run_id,) for run_id, attempt in waiting}
    return queues.enqueue_all(queues.SYNC, TASK, jobs, timeout=JOB_SECONDS)


def active(dealer_id: int) -> Run | None:
    """The dealer's queued or running run."""
    return db.session.scalar(select(Run).where(Run.dealer_id == dealer_id, Run.status.in_(ACTIVE_RUN_STATES)))


def of_slot(dealer_id: int, slot: Slot | None) -> Run | None:
    """The run of a slot."""
    if slot is None:
        return None
    return db.session.scalar(
        select(Run).where(Run.dealer_id == dealer_id, Run.slot_date == slot.date, Run.slot_hour == slot.hour)
    )


def cancel(run: Run) -> bool:
    """Ask a run to end: one that never began at once, a running one before its next page; false if it ended.

    One that waits again, after a worker gave it back, is ended by a worker: it has done something to report.
    """
    now, before = clock.now(), run.status
    is_untouched = (Run.status == "queued") & (Run.attempt == 0)
    asked = db.session.execute(
        update(Run)
        .where(Run.id == run.id, Run.status.in_(ACTIVE_RUN_STATES))
        .values(
            cancel_requested_at=now,
            status=case((is_untouched, "cancelled"), else_=Run.status),
            finished_at=case((is_untouched, now), else_=None),
        )
        .returning(Run.status)
    ).scalar_one_or_none()
    if asked is not None:
        audit.note("run.cancelled", f"Run {run.id}", dealer_id=run.dealer_id, before={"status": before})
    db.session.commit()
    if asked == "queued":
        # Not behind those that wait for their turn: it takes a moment.
        queues.enqueue(queues.CONTROL, TASK, run.id, timeout=JOB_SECONDS)
    return asked is not None


def is_disabled_today(configuration: Configuration) -> bool:
    """Whether today is a disabled weekday where the dealer is (R7)."""
    today = clock.local_today(configuration.dealer.timezone)
    return WEEKDAYS[today.weekday()] in configuration.disabled_on


def has_supplier_codes(dealer_id: int) -> bool:
    """Whether the dealer mapped anything yet; without it nothing is queued (R5)."""
    return (
        db.session.scalar(select(SupplierCode.id).where(SupplierCode.dealer_id == dealer_id).limit(1))
        is not None
    )
