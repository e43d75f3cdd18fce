"""Staff digest: at most one email a day that lists every open alert."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import select

from webapp.alerts import email_limit, outbox
from webapp.alerts.alert_rows import begin_read_only
from webapp.extensions import db
from webapp.models import Alert, AlertDelivery


def queue_daily(now: datetime) -> None:
    """Queue today's digest (UTC) once `STAFF_DIGEST_HOUR` has come and an alert is open; commits.

    On a day that begins without open alerts it waits for the first one.
    """
    recipients = current_app.config["STAFF_ALERT_RECIPIENTS"]
    if not recipients or not outbox.has_mail() or now.hour < current_app.config["STAFF_DIGEST_HOUR"]:
        return
    begin_read_only()
    noted = select(AlertDelivery.id).where(AlertDelivery.digest_on == now.date()).limit(1)
    is_open = select(Alert.id).where(Alert.closed_at.is_(None)).limit(1)
    is_needed = db.session.scalar(is_open) is not None or email_limit.unsent_by_dealer(
        now - timedelta(days=1)
    )
    due = db.session.scalar(noted) is None and bool(is_needed)
    db.session.rollback()
    if due:
        outbox.queue_digest(now)
        db.session.commit()
