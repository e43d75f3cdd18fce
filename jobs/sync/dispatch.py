"""Starts due runs and records missed slots: each slot of each scheduled dealer once (R6).

Slots that an interrupted tick did not settle are left to the next entry.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import select

from jobs.sync import manual_runs, slot_ledger, slot_planner
from jobs.sync.slot_ledger import LedgerEntry
from webapp.core.run_states import ACTIVE_RUN_STATES
from webapp.extensions import db
from webapp.models import Run
from webapp.runs import readiness, scheduled_runs, slots
from webapp.runs.lifecycle import Slot

# Dealers that are settled in one transaction.
BATCH: Final = 500


def start_due(now: datetime) -> int:
    """Start a run for each dealer whose slot is due, record missed slots, and return the number of starts.

    A dealer whose earlier run is still active keeps its slots open for a later tick.
    """
    readiness.reconcile(now)
    slot_ledger.forget_unscheduled()
    waiting = list(slot_ledger.with_news(now, current_app.config["SYNC_HOURS"]))
    db.session.commit()
    parts = (waiting[first : first + BATCH] for first in range(0, len(waiting), BATCH))
    return sum(_settle(part, now) for part in parts)


def _settle(waiting: list[LedgerEntry], now: datetime) -> int:
    """Record missed slots before the runs that start, so that a dealer's last run is the active entry."""
    busy = _busy(waiting)
    # A dealer with an active run keeps its slots open, unless it has no ledger entry yet.
    waiting = [entry for entry in waiting if entry.dealer_id not in busy or entry.is_new]
    done, superseded = _done(waiting), _superseded(waiting)
    plans = {
        number: slot_planner.plan(
            entry.begun if number not in busy else (), now, done[number], superseded[number]
        )
        for entry in waiting
        for number in (entry.dealer_id,)
    }
    scheduled_runs.record_missed(_missed(waiting, plans, superseded, now), now)
    slot_ledger.settle((entry, plans[entry.dealer_id].settled or entry.settled) for entry in waiting)
    db.session.commit()
    # In the order of their delays: dealers of one organization have consecutive ids, and share a login.
    in_order = sorted(plans, key=slots.delay)
    starts = {dealer_id: plan.start for dealer_id in in_order if (plan := plans[dealer_id]).start}
    started = scheduled_runs.start(starts, now)
    slot_ledger.settle((entry, starts[entry.dealer_id]) for entry in waiting if entry.dealer_id in started)
    db.session.commit()
    return len(started)


def _busy(waiting: list[LedgerEntry]) -> set[int]:
    ids = [entry.dealer_id for entry in waiting]
    active = select(Run.dealer_id).where(Run.status.in_(ACTIVE_RUN_STATES), Run.dealer_id.in_(ids))
    return set(db.session.scalars(active))


def _done(waiting: list[LedgerEntry]) -> defaultdict[int, set[Slot]]:
    done: defaultdict[int, set[Slot]] = defaultdict(set)
    days = [slot.date for entry in waiting for _, slot in entry.begun]
    if days:
        ran = select(Run.dealer_id, Run.slot_date, Run.slot_hour).where(
            Run.dealer_id.in_([entry.dealer_id for entry in waiting]), Run.slot_date >= min(days)
        )
        for dealer_id, slot_date, slot_hour in db.session.execute(ran):
            if slot_date is not None and slot_hour is not None:
                done[dealer_id].add(Slot(slot_date, slot_hour))
    return done


def _superseded(waiting: list[LedgerEntry]) -> dict[int, dict[Slot, datetime]]:
    """Return each dealer's slots that a manual run replaced, with its start in the dealer's time zone."""
    begun = [entry.begun[0][0] - slots.delay(entry.dealer_id) for entry in waiting if entry.begun]
    started = manual_runs.started([entry.dealer_id for entry in waiting], min(begun)) if begun else {}
    slots_by_dealer = {}
    for entry in waiting:
        local = [moment.astimezone(ZoneInfo(entry.timezone)) for moment in started.get(entry.dealer_id, ())]
        slots_by_dealer[entry.dealer_id] = slot_planner.superseded(
            entry.begun, slots.delay(entry.dealer_id), local
        )
    return slots_by_dealer


def _missed(
    waiting: list[LedgerEntry],
    plans: dict[int, slot_planner.Plan],
    superseded: dict[int, dict[Slot, datetime]],
    now: datetime,
) -> Iterator[tuple[int, Slot, str]]:
    late = [entry for entry in waiting if plans[entry.dealer_id].missed]
    others = _other_runs(late, plans)
    for entry in late:
        moved_to = entry.timezone if entry.has_moved else None
        busy = others[entry.dealer_id]
        why = slot_planner.SlotContext(entry.disabled_days, moved_to, busy, superseded[entry.dealer_id])
        for begin, slot in plans[entry.dealer_id].missed:
            yield entry.dealer_id, slot, slot_planner.reason(slot, begin, now, why)


def _other_runs(
    late: list[LedgerEntry], plans: dict[int, slot_planner.Plan]
) -> defaultdict[int, list[tuple[datetime, datetime]]]:
    """Return start and end of the dealers' other runs that ended after the first missed slot."""
    runs: defaultdict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    if late:
        first = min(plans[entry.dealer_id].missed[0][0] for entry in late)
        ended = select(Run.dealer_id, Run.queued_at, Run.finished_at).where(
            Run.dealer_id.in_([entry.dealer_id for entry in late]), Run.finished_at > first
        )
        for dealer_id, queued_at, finished_at in db.session.execute(ended):
            if finished_at is not None:
                runs[dealer_id].append((queued_at, finished_at))
    return runs
