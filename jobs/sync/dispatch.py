"""Starts due runs and records missed slots: each slot of each scheduled dealer once (R6).

Slots that an interrupted tick did not settle are left to the next one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
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
    """Start a run for each dealer whose slot is due, and record what was missed; how many were started.

    A dealer whose earlier run is still active keeps its slots open for a later tick.
    """
    readiness.reconcile(now)
    slot_ledger.forget_unscheduled()
    waiting = list(slot_ledger.with_news(now, current_app.config["SYNC_HOURS"]))
    parts = (waiting[first : first + BATCH] for first in range(0, len(waiting), BATCH))
    return sum(_settle(part, now) for part in parts)


def _settle(waiting: list[LedgerEntry], now: datetime) -> int:
    """Record what was missed before what starts, so that a dealer's last run is the one that goes on."""
    busy = _busy(waiting)
    # One with an active run stays as it is, unless it has no account yet.
    waiting = [one for one in waiting if one.dealer_id not in busy or one.is_new]
    done, superseded = _done(waiting), _superseded(waiting)
    plans = {
        number: slot_planner.plan(
            one.begun if number not in busy else (), now, done[number], superseded[number]
        )
        for one in waiting
        for number in (one.dealer_id,)
    }
    scheduled_runs.record_missed(_missed(waiting, plans, superseded, now), now)
    slot_ledger.settle((one, plans[one.dealer_id].settled or one.settled) for one in waiting)
    db.session.commit()
    # In the order of their delays: those of one organization, made one after the other, share a login.
    in_order = sorted(plans, key=slots.delay)
    starts = {dealer_id: plan.start for dealer_id in in_order if (plan := plans[dealer_id]).start}
    started = scheduled_runs.start(starts, now)
    slot_ledger.settle((one, starts[one.dealer_id]) for one in waiting if one.dealer_id in started)
    db.session.commit()
    return len(started)


def _busy(waiting: list[LedgerEntry]) -> set[int]:
    ids = [one.dealer_id for one in waiting]
    active = select(Run.dealer_id).where(Run.status.in_(ACTIVE_RUN_STATES), Run.dealer_id.in_(ids))
    return set(db.session.scalars(active))


def _done(waiting: list[LedgerEntry]) -> defaultdict[int, set[Slot]]:
    done: defaultdict[int, set[Slot]] = defaultdict(set)
    days = [slot.date for one in waiting for _, slot in one.begun]
    if days:
        ran = select(Run.dealer_id, Run.slot_date, Run.slot_hour).where(
            Run.dealer_id.in_([one.dealer_id for one in waiting]), Run.slot_date >= min(days)
        )
        rows: Any = db.session.execute(ran)
        for dealer_id, slot_date, slot_hour in rows:
            done[dealer_id].add(Slot(slot_date, slot_hour))
    return done


def _superseded(waiting: list[LedgerEntry]) -> dict[int, dict[Slot, datetime]]:
    """The slots of each dealer that a run by hand took the place of, with its start on the dealer's clock."""
    begun = [one.begun[0][0] - slots.delay(one.dealer_id) for one in waiting if one.begun]
    started = manual_runs.started([one.dealer_id for one in waiting], min(begun)) if begun else {}
    found = {}
    for one in waiting:
        local = [moment.astimezone(ZoneInfo(one.timezone)) for moment in started.get(one.dealer_id, ())]
        found[one.dealer_id] = slot_planner.superseded(one.begun, slots.delay(one.dealer_id), local)
    return found


def _missed(
    waiting: list[LedgerEntry],
    plans: dict[int, slot_planner.Plan],
    superseded: dict[int, dict[Slot, datetime]],
    now: datetime,
) -> Iterator[tuple[int, Slot, str]]:
    late = [one for one in waiting if plans[one.dealer_id].missed]
    others = _other_runs(late, plans)
    for one in late:
        moved_to = one.timezone if one.has_moved else None
        busy = others[one.dealer_id]
        why = slot_planner.SlotContext(one.disabled_days, moved_to, busy, superseded[one.dealer_id])
        for begin, slot in plans[one.dealer_id].missed:
            yield one.dealer_id, slot, slot_planner.reason(slot, begin, now, why)


def _other_runs(
    late: list[LedgerEntry], plans: dict[int, slot_planner.Plan]
) -> defaultdict[int, list[tuple[datetime, datetime]]]:
    """From when to when dealers had other runs that ended after the first slot that was missed."""
    found: defaultdict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    if late:
        first = min(plans[one.dealer_id].missed[0][0] for one in late)
        ended = select(Run.dealer_id, Run.queued_at, Run.finished_at).where(
            Run.dealer_id.in_([one.dealer_id for one in late]), Run.finished_at > first
        )
        rows: Any = db.session.execute(ended)
        for dealer_id, queued_at, finished_at in rows:
            found[dealer_id].append((queued_at, finished_at))
    return found
