"""Daily limit (UTC) of alert emails per dealer, so that a fault does not flood mailboxes.

Emails beyond the limit are not sent, and are marked so on the Alerts page; recipients are notified once a day
that it was reached. Emails about accounts, confirmation links and the staff digest do not count.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from flask import current_app
from sqlalchemy import Select, func, select

from webapp import audit
from webapp.alerts import outbox, recipients
from webapp.extensions import db
from webapp.models import AlertDelivery, Dealer

COUNTED: Final = ("opened", "recovered", "test", "summary")
NOT_SENT: Final = "Not sent: the limit of {most} alert emails a day was reached."


def is_reached(delivery: AlertDelivery, now: datetime) -> bool:
    """Return whether this email exceeds its dealer's limit today."""
    if delivery.channel != "email" or delivery.dealer_id is None or delivery.event not in COUNTED:
        return False
    sent = _of_dealer(delivery.dealer_id, now, AlertDelivery.state == "delivered")
    return db.session.scalars(sent).one() >= int(current_app.config["ALERT_EMAILS_PER_DAY"])


def sentence() -> str:
    """Return why an email was not sent."""
    return NOT_SENT.format(most=current_app.config["ALERT_EMAILS_PER_DAY"])


def unsent(dealer_id: int, now: datetime) -> int:
    """Return how many of a dealer's emails were not sent today because of the limit."""
    return db.session.scalars(_of_dealer(dealer_id, now, AlertDelivery.error == sentence())).one()


def unsent_by_dealer(since: datetime) -> list[tuple[str, int]]:
    """Return dealers, by name, with the number of emails not sent since a time because of the limit."""
    counted = (
        select(Dealer.name, func.count())
        .join(AlertDelivery, AlertDelivery.dealer_id == Dealer.id)
        .where(AlertDelivery.error.like("Not sent: the limit of %"), AlertDelivery.finished_at >= since)
        .group_by(Dealer.id, Dealer.name)
        .order_by(Dealer.name, Dealer.id)
    )
    return [(name, count) for name, count in db.session.execute(counted)]


def notify_once(dealer_id: int, now: datetime) -> None:
    """Notify the recipients, once a day, that the limit was reached; commits.

    A concurrent call waits for the lock on the row of recipients, and then finds it done.
    """
    alert_recipients = recipients.locked(db.session.get_one(Dealer, dealer_id))
    told = _of_dealer(dealer_id, now, AlertDelivery.event == "limit", of=("limit",))
    if not db.session.scalars(told).one() and outbox.queue_limit(alert_recipients, now):
        most = current_app.config["ALERT_EMAILS_PER_DAY"]
        audit.note("alert_emails.limited", "Alerts", dealer_id=dealer_id, after={"emails a day": most})
    db.session.commit()


def _of_dealer(dealer_id: int, now: datetime, *which: Any, of: tuple[str, ...] = COUNTED) -> Select[int]:
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return select(func.count()).where(
        AlertDelivery.dealer_id == dealer_id,
        AlertDelivery.channel == "email",
        AlertDelivery.event.in_(of),
        func.coalesce(AlertDelivery.finished_at, AlertDelivery.created_at) >= today,
        *which,
    )
