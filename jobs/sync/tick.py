"""What happens every minute: start what is due, and find what was forgotten.

Everything here is decided by rows in the database, so a tick may come late, twice, or on two machines.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from flask import current_app
from sqlalchemy import select

from jobs.sync import journal
from webapp import catalog_uploads, clock, configurations, runs, slots
from webapp.extensions import db
from webapp.models import Configuration, Dealer, Run, SupplierCode
from webapp.webstore import outbox

log = structlog.get_logger(__name__)

# A check that has not answered by then was lost with its worker, and is asked for again.
CHECK_LOST_AFTER = timedelta(minutes=2)


def tick() -> None:
    """One round: due slots, runs whose worker died or whose job was lost, unindexed products, lost checks."""
    now = clock.now()
    started = start_due(now)
    woken = wake_forgotten(now)
    for upload in catalog_uploads.forgotten(now):
        catalog_uploads.wake(upload)
    if outbox.pending():
        outbox.wake()
    _check_again(now)
    if started or woken:
        log.info("tick", started=started, woken=woken)


def start_due(now: datetime) -> int:
    """Start a run for each dealer whose slot is due and has not run; how many.

    A dealer whose earlier run is still active keeps the slot open for a later tick, up to the catch-up time.
    """
    started = 0
    for dealer, slot in _due(now):
        result = runs.start(dealer, "scheduled", slot=slot)
        started += result.created
    return started


def _due(now: datetime) -> Iterator[tuple[Dealer, runs.Slot]]:
    done = _slots_done(now)
    for dealer in _scheduled_dealers():
        slot = slots.due(now, dealer.zone, current_app.config["SYNC_HOURS"], slots.delay(dealer.id))
        if slot is not None and (dealer.id, slot.date, slot.hour) not in done:
            yield dealer, slot


def _scheduled_dealers() -> list[Dealer]:
    """Dealers that are enabled and mapped something: the others have nothing to run (R1)."""
    mapped = select(SupplierCode.id).where(SupplierCode.dealer_id == Dealer.id).exists()
    query = select(Dealer).join(Configuration, Configuration.dealer_id == Dealer.id)
    return list(db.session.scalars(query.where(Configuration.enabled, mapped)))


def _slots_done(now: datetime) -> set[tuple[int, object, int | None]]:
    since = now.astimezone(ZoneInfo("Pacific/Pago_Pago")).date() - timedelta(days=1)
    rows = db.session.execute(
        select(Run.dealer_id, Run.slot_date, Run.slot_hour).where(Run.slot_date >= since)
    )
    return {(row.dealer_id, row.slot_date, row.slot_hour) for row in rows}


def wake_forgotten(now: datetime) -> int:
    """Tell workers of runs whose worker died, and of queued ones in case Redis forgot them; how many."""
    waiting = db.session.scalars(select(Run).where(Run.status == "queued"))
    forgotten = [*journal.dead_runs(now), *waiting]
    return sum(runs.wake(run) for run in forgotten)


def _check_again(now: datetime) -> None:
    lost = db.session.scalars(
        select(Configuration).where(
            Configuration.check_state == "checking", Configuration.checked_at < now - CHECK_LOST_AFTER
        )
    )
    for configuration in list(lost):
        configurations.start_check(configuration)
