"""Starts and cancels runs: insert a row, commit, and then enqueue a job (R6, R8)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, case, select, update
from sqlalchemy.exc import IntegrityError

from webapp import audit
from webapp.core import clock, queues
from webapp.core.enums import STORED_TRIGGERS, WEEKDAYS
from webapp.core.run_states import ACTIVE_RUN_STATES, RunState, run_transition
from webapp.core.task_names import Task
from webapp.extensions import db
from webapp.models import Configuration, Dealer, Run, SupplierCode, User

TASK = Task.SYNC_RUN
# Longer than any run may take: a dead run is detected by its heartbeat, not by the queue's timeout.
JOB_SECONDS = 6 * 60 * 60
# A run from stored rows that ended like this had no effect: the tick starts another one after a pause.
WITHOUT_EFFECT: Final = (RunState.CANCELLED, RunState.FAILED, RunState.SKIPPED)
PAUSE: Final = timedelta(hours=1)


@dataclass(frozen=True, order=True)
class Slot:
    """Scheduled start: the dealer's local date and hour (R6), sorted by time."""

    date: date
    hour: int


@dataclass(frozen=True)
class Started:
    """The requested run, or the one that was already active (R8)."""

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
    also: Callable[[Run], None] = lambda run: None,
) -> Started:
    """Insert and enqueue a run of the dealer, unless one is active."""
    started = record(
        dealer, trigger, requested_by=requested_by, anyway=anyway, slot=slot, retry_of=retry_of, also=also
    )
    if started.created:
        enqueue_job(started.run)
    return started


def record(
    dealer: Dealer,
    trigger: str,
    *,
    requested_by: User | None = None,
    anyway: bool = False,
    slot: Slot | None = None,
    retry_of: Run | None = None,
    also: Callable[[Run], None] = lambda run: None,
) -> Started:
    """Insert and commit a queued run; the database's partial unique index rejects a second active one.

    For a slot that already has a run, that run is returned, whatever its status. With `retry_of` only the
    codes are run that have not succeeded in that run, or in the run that it retried. `also` writes what
    belongs to the new run, in the same transaction.
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
        also(run)
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
    """Return the audit log's fields of a queued run."""
    return {"trigger": trigger, **({"slot": f"{slot.date} {slot.hour:02}:00"} if slot else {})}


def enqueue_job(run: Run) -> bool:
    """Enqueue a job for a waiting run; true if Redis accepted it.

    A run that requests nothing is short, and does not wait behind those that do.
    """
    queue = queues.CONTROL if run.trigger in STORED_TRIGGERS else queues.SYNC
    return bool(enqueue_jobs([(run.id, run.attempt)], queue))


def enqueue_jobs(waiting: Iterable[tuple[int, int]], queue: str = queues.SYNC) -> int:
    """Enqueue jobs for runs, given by id and attempt; return how many Redis has now."""
    # The attempt is part of the job id: a job left behind by a dead worker must not suppress a new one.
    jobs = {f"sync-{run_id}-{attempt}": (run_id,) for run_id, attempt in waiting}
    return queues.enqueue_all(queue, TASK, jobs, timeout=JOB_SECONDS)


def active(dealer_id: int) -> Run | None:
    """Return the dealer's queued or running run."""
    return db.session.scalar(select(Run).where(Run.dealer_id == dealer_id, Run.status.in_(ACTIVE_RUN_STATES)))


def has_active_run(dealer_id: Any) -> ColumnElement[bool]:
    """Return the condition that a dealer has a queued or running run."""
    return select(Run.id).where(Run.dealer_id == dealer_id, Run.status.in_(ACTIVE_RUN_STATES)).exists()


def of_slot(dealer_id: int, slot: Slot | None) -> Run | None:
    """Return the run of a slot."""
    if slot is None:
        return None
    return db.session.scalar(
        select(Run).where(Run.dealer_id == dealer_id, Run.slot_date == slot.date, Run.slot_hour == slot.hour)
    )


def cancel(run: Run) -> bool:
    """Cancel a run: at once if it never began, otherwise before its next page; false if it has ended.

    A run that waits again, after a worker released it, is ended by a worker: it has results to report.
    """
    now, before = clock.now(), run.status
    is_untouched = (Run.status == RunState.QUEUED) & (Run.attempt == 0)
    cancelled = run_transition([RunState.QUEUED], RunState.CANCELLED)
    asked = db.session.execute(
        update(Run)
        .where(Run.id == run.id, Run.status.in_(ACTIVE_RUN_STATES))
        .values(
            cancel_requested_at=now,
            status=case((is_untouched, cancelled), else_=Run.status),
            finished_at=case((is_untouched, now), else_=None),
        )
        .returning(Run.status)
    ).scalar_one_or_none()
    if asked is not None:
        audit.note("run.cancelled", f"Run {run.id}", dealer_id=run.dealer_id, before={"status": before})
    db.session.commit()
    if asked == RunState.QUEUED:
        # On the queue for short jobs, not behind runs that wait for their turn.
        queues.enqueue(queues.CONTROL, TASK, run.id, timeout=JOB_SECONDS)
    return asked is not None


def is_disabled_today(configuration: Configuration) -> bool:
    """Return whether today is a disabled weekday in the dealer's time zone (R7)."""
    today = clock.local_today(configuration.dealer.timezone)
    return WEEKDAYS[today.weekday()] in configuration.disabled_on


def has_supplier_codes(dealer_id: int) -> bool:
    """Return whether the dealer has any mapping; without one nothing is queued (R5)."""
    return (
        db.session.scalar(select(SupplierCode.id).where(SupplierCode.dealer_id == dealer_id).limit(1))
        is not None
    )
