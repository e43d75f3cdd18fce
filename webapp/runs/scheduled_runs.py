"""Batch insert of scheduled runs of many dealers: started and missed ones (R6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from webapp import audit
from webapp.core.run_states import RunState
from webapp.extensions import db
from webapp.models import Run
from webapp.models.upserts import insert_new
from webapp.runs import lifecycle
from webapp.runs.lifecycle import Slot


def start(due: Mapping[int, Slot], now: datetime) -> set[int]:
    """Insert, commit and enqueue a run for each dealer id; return the dealers that got one.

    A dealer with an active run, or whose slot already has a run, gets none: concurrent calls create one run
    between them. Jobs are enqueued in the given order.
    """
    if not due:
        return set()
    rows = [_row(dealer_id, slot, now) for dealer_id, slot in sorted(due.items())]
    made = db.session.execute(insert_new(Run).values(rows).returning(Run.id, Run.dealer_id)).all()
    for run_id, dealer_id in made:
        after = lifecycle.asked_for("scheduled", due[dealer_id])
        audit.note("run.queued", f"Run {run_id}", dealer_id=dealer_id, after=after)
    db.session.commit()
    by_dealer = {dealer_id: run_id for run_id, dealer_id in made}
    lifecycle.enqueue_jobs((by_dealer[dealer_id], 0) for dealer_id in due if dealer_id in by_dealer)
    return set(by_dealer)


def record_missed(missed: Iterable[tuple[int, Slot, str]], now: datetime) -> None:
    """Insert a skipped run for each dealer id and slot that does not start, with the reason; no commit."""
    ended = {"status": RunState.SKIPPED, "finished_at": now}
    rows = [{**_row(dealer_id, slot, now), **ended, "reason": reason} for dealer_id, slot, reason in missed]
    if rows:
        db.session.execute(insert_new(Run).values(rows))


def _row(dealer_id: int, slot: Slot, now: datetime) -> dict[str, Any]:
    return {
        "dealer_id": dealer_id,
        "trigger": "scheduled",
        "slot_date": slot.date,
        "slot_hour": slot.hour,
        "queued_at": now,
    }
