"""Deletes old audit entries, alerts, deliveries, settled holds, ended locks and freezes, coverage, changes
of stock."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, select, true

from webapp.core.enums import OPEN_CLEARING_STATES, OPEN_PULL_STATES
from webapp.extensions import db
from webapp.models import (
    Alert,
    AlertDelivery,
    AuditEntry,
    CoverageDay,
    Freeze,
    HeldClearing,
    HeldPull,
    ItemChanges,
    PlannedChanges,
    ProductLock,
    StoredSummary,
)

BATCH: Final = 1_000
# Dealers whose old coverage is deleted at once: a day has a row for each of their codes.
_DEALERS: Final = 50


def delete_audit_entries(before: datetime) -> int:
    """Delete a batch of entries older than a time; return how many."""
    return _delete_oldest(AuditEntry, AuditEntry.at, before, true())


def delete_schedule_entries(before: datetime) -> int:
    """Delete a batch of the scheduler's entries; return how many."""
    return _delete_oldest(AuditEntry, AuditEntry.at, before, AuditEntry.actor == "schedule")


def delete_alert_deliveries(before: datetime) -> int:
    """Delete a batch of deliveries that were sent or dropped before a time; return how many."""
    return _delete_oldest(AlertDelivery, AlertDelivery.created_at, before, AlertDelivery.state != "waiting")


def delete_closed_alerts(before: datetime) -> int:
    """Delete a batch of alerts closed before a time, with their deliveries; return how many."""
    return _delete_oldest(Alert, Alert.closed_at, before, Alert.closed_at.is_not(None))


def delete_held_clearings(before: datetime) -> int:
    """Delete a batch of settled or superseded held clearings that are older; return how many."""
    settled = HeldClearing.state.not_in(OPEN_CLEARING_STATES)
    return _delete_oldest(HeldClearing, HeldClearing.held_at, before, settled)


def delete_held_pulls(before: datetime) -> int:
    """Delete a batch of held pulls that are older and no longer open; return how many."""
    settled = HeldPull.state.not_in(OPEN_PULL_STATES)
    return _delete_oldest(HeldPull, HeldPull.held_at, before, settled)


def delete_ended_locks(before: datetime) -> int:
    """Delete a batch of locks that ended before a time; return how many."""
    return _delete_oldest(ProductLock, ProductLock.ended_at, before, ProductLock.ended_at.is_not(None))


def delete_ended_freezes(before: datetime) -> int:
    """Delete a batch of freezes that ended before a time; return how many."""
    return _delete_oldest(Freeze, Freeze.ended_at, before, Freeze.ended_at.is_not(None))


def delete_item_changes(before: datetime) -> int:
    """Delete a batch of what was changed of shelf stock before a time; return how many rows."""
    return _delete_oldest(ItemChanges, ItemChanges.noted_at, before, true())


def delete_planned_changes(before: datetime) -> int:
    """Delete a batch of what runs left undone before a time; return how many rows."""
    of_runs = PlannedChanges.run_item_id.is_not(None)
    return _delete_oldest(PlannedChanges, PlannedChanges.noted_at, before, of_runs)


def delete_coverage_days(before: datetime) -> int:
    """Delete the coverage of some dealers' days before a time; return how many rows."""
    old = CoverageDay.day < before.date()
    dealers = list(db.session.scalars(select(CoverageDay.dealer_id).where(old).distinct().limit(_DEALERS)))
    statement = delete(CoverageDay).where(CoverageDay.dealer_id.in_(dealers), old)
    result: Any = db.session.execute(statement)
    db.session.commit()
    return int(result.rowcount)


def delete_summaries(before: datetime) -> int:
    """Delete a batch of summaries of changes made before a time; return how many."""
    return _delete_oldest(StoredSummary, StoredSummary.created_at, before, true())


def _delete_oldest(model: Any, moment: Any, before: datetime, condition: Any) -> int:
    """Delete rows with the lowest ids that are old enough.

    Ids are assigned in order of time, so no index by time is needed, and if nothing is old only one batch is
    scanned.
    """
    oldest = select(model.id, moment).where(condition).order_by(model.id).limit(BATCH)
    ids = [row[0] for row in db.session.execute(oldest) if row[1] < before]
    if ids:
        statement = delete(model).where(model.id.in_(ids))
        db.session.execute(statement)
    db.session.commit()
    return len(ids)
