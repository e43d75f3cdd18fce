"""Deletes old audit entries, closed alerts, their deliveries, and settled held clearings."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, select, true

from webapp.core.enums import OPEN_CLEARING_STATES
from webapp.extensions import db
from webapp.models import Alert, AlertDelivery, AuditEntry, HeldClearing

BATCH: Final = 1_000


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
