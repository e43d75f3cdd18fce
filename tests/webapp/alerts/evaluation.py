"""The alerts and deliveries that a test asserts on."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from webapp import alerts
from webapp.alerts.recipients import locked, save_webhook
from webapp.core import clock
from webapp.extensions import db
from webapp.models import Alert, AlertDelivery, AlertRecipients, Dealer

NOW = clock.now().replace(microsecond=0)


def ago(**time: float) -> datetime:
    """A moment before `NOW`."""
    return NOW - timedelta(**time)


def open_causes() -> list[str]:
    """The causes of what is open, the worst first."""
    found = db.session.scalars(select(Alert.dealer_key).where(Alert.closed_at.is_(None)).distinct()).all()
    names = [alert.cause for alert in alerts.open_of(*found)]
    db.session.rollback()
    return names


def sentence(cause: str) -> str:
    """What the one open alert of a cause says."""
    said = db.session.scalars(
        select(Alert.sentence).where(Alert.cause == cause, Alert.closed_at.is_(None))
    ).one()
    db.session.rollback()
    return said


def told() -> list[tuple[str, str, str]]:
    """Event, channel and recipient of every delivery, in the order in which they were noted."""
    columns = (AlertDelivery.event, AlertDelivery.channel, AlertDelivery.recipient)
    rows = [tuple(row) for row in db.session.execute(select(*columns).order_by(AlertDelivery.id))]
    db.session.rollback()
    return rows  # type: ignore[return-value]


def tell(dealer: Dealer, *recipients: str, webhook: str = "") -> AlertRecipients:
    """Have the dealer's alerts told to these, who have confirmed that they want them."""
    alert_recipients = locked(dealer)
    alert_recipients.recipients, alert_recipients.unconfirmed = list(recipients), None
    db.session.commit()
    if webhook:
        save_webhook(alert_recipients, webhook)
    return alert_recipients
