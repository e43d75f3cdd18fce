"""Sender of outbox deliveries: claims them by compare-and-swap and retries a limited number of times.

Delivery is at least once: if a sender dies while sending, the delivery is claimed again. Both channels carry
the delivery's number, so that receivers can detect duplicates.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.orm import aliased, joinedload

from jobs.notifications import messages, recipients, smtp, webhook
from jobs.notifications.smtp import SmtpClient
from jobs.notifications.undeliverable import NoLongerWanted, Undeliverable
from webapp.alerts import email_limit
from webapp.alerts.alert_rows import begin_read_only
from webapp.core import clock
from webapp.extensions import db
from webapp.models import Alert, AlertDelivery

log = structlog.get_logger(__name__)

# Backoff before each retry.
PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180))
# A test is not retried: the user sees the result and can send another one.
ATTEMPTS: Final = {"test": 1}
# Another sender may claim the delivery after this.
LEASE: Final = timedelta(minutes=2)
# Limits of one batch, so that slow receivers do not delay the evaluation of rules.
BATCH: Final = 50
BATCH_SECONDS: Final = 20.0
OUR_FAULT: Final = "We couldn't send it. Contact support."
UNFINISHED: Final = "Sending was interrupted. It may or may not have arrived."


def deliver_due(stop: Callable[[], bool]) -> int:
    """Send due deliveries until `stop` or BATCH_SECONDS have passed; return how many were attempted."""
    attempted, deadline = 0, time.monotonic() + BATCH_SECONDS
    begin_read_only()
    due = list(db.session.scalars(_due(clock.now())))
    db.session.rollback()
    with ExitStack() as stack:
        server = current_app.config["SMTP_URL"]
        smtp_client = stack.enter_context(SmtpClient(server)) if server and due else None
        for delivery_id in due:
            if stop() or time.monotonic() > deadline:
                break
            delivery = _claim(delivery_id)
            if delivery is not None:
                attempted += 1
                _finish(delivery, _attempt(delivery, smtp_client))
    return attempted


def _due(now: datetime) -> Any:
    """Select the ids of due deliveries; a recovery is not sent before the opening of its alert."""
    opening = aliased(AlertDelivery)
    has_waiting_opening = (
        select(opening.id)
        .where(
            opening.alert_id == AlertDelivery.alert_id,
            opening.channel == AlertDelivery.channel,
            opening.recipient == AlertDelivery.recipient,
            opening.event == "opened",
            opening.state == "waiting",
        )
        .exists()
    )
    return (
        select(AlertDelivery.id)
        .where(AlertDelivery.state == "waiting", AlertDelivery.next_attempt_at <= now)
        .where((AlertDelivery.event != "recovered") | ~has_waiting_opening)
        .order_by(AlertDelivery.next_attempt_at, AlertDelivery.id)
        .limit(BATCH)
    )


def _claim(delivery_id: int) -> AlertDelivery | None:
    """Claim a delivery; None if it is no longer due or another sender claimed it."""
    now = clock.now()
    statement = (
        update(AlertDelivery)
        .where(AlertDelivery.id == delivery_id, AlertDelivery.state == "waiting")
        .where(AlertDelivery.next_attempt_at <= now)
        .values(attempts=AlertDelivery.attempts + 1, next_attempt_at=now + LEASE)
        .returning(AlertDelivery.id)
    )
    is_claimed = db.session.scalar(statement) is not None
    db.session.commit()
    if not is_claimed:
        return None
    begin_read_only()
    related = (joinedload(AlertDelivery.alert).joinedload(Alert.dealer), joinedload(AlertDelivery.dealer))
    query = select(AlertDelivery).where(AlertDelivery.id == delivery_id).options(*related)
    delivery = db.session.scalars(query.execution_options(populate_existing=True)).one()
    # Detached rows keep the claimed state after a rollback.
    db.session.expunge_all()
    return delivery


def _attempt(delivery: AlertDelivery, smtp_client: SmtpClient | None) -> dict[str, Any]:
    """Send a delivery and return the column values of its outcome."""
    max_attempts = ATTEMPTS.get(delivery.event, len(PAUSES) + 1)
    if delivery.attempts > max_attempts:
        return _ended("failed", UNFINISHED)
    try:
        _send(delivery, smtp_client)
    except NoLongerWanted:
        return _ended("dropped")
    except Undeliverable as error:
        failure = error
    except Exception:
        # A message that cannot be built must not block the others.
        log.exception("alert.delivery_failed", delivery=delivery.id)
        failure = Undeliverable(OUR_FAULT)
    else:
        return _ended("delivered")
    if failure.is_final or delivery.attempts >= max_attempts:
        return _ended("failed", failure.sentence)
    return {"next_attempt_at": clock.now() + PAUSES[delivery.attempts - 1], "error": failure.sentence}


def _ended(state: str, error: str | None = None) -> dict[str, Any]:
    return {"state": state, "finished_at": clock.now(), "error": error}


def _send(delivery: AlertDelivery, smtp_client: SmtpClient | None) -> None:
    """Send a delivery once. Raises Undeliverable or NoLongerWanted. No transaction is open while sending."""
    config = current_app.config
    target = recipients.webhook_of(delivery) if delivery.channel == "webhook" else None
    if target is None:
        recipients.require_address(delivery)
        _require_within_limit(delivery)
    message = messages.compose(delivery)
    db.session.rollback()
    if target is not None:
        webhook.post(target, message.body, delivery.id, config["ALERT_ALLOWED_HOSTS"])
    elif smtp_client is None:
        raise NoLongerWanted
    else:
        about = config["MAIL_FROM"], delivery.recipient, message.subject, message.text, delivery.id
        smtp_client.send(smtp.email_message(*about, html=message.html))


def _require_within_limit(delivery: AlertDelivery) -> None:
    """Raise Undeliverable above the dealer's daily email limit; the first time, notify the recipients."""
    if email_limit.is_reached(delivery, clock.now()):
        db.session.rollback()
        email_limit.notify_once(delivery.dealer_id or 0, clock.now())
        raise Undeliverable(email_limit.sentence(), is_final=True)


def _finish(delivery: AlertDelivery, values: dict[str, Any]) -> None:
    db.session.rollback()
    db.session.execute(
        update(AlertDelivery)
        .where(AlertDelivery.id == delivery.id, AlertDelivery.attempts == delivery.attempts)
        .values(**values)
    )
    db.session.commit()
    # Recipient and URL are personal data or secrets, and stay out of the log.
    outcome = {"state": values.get("state", "waiting"), "error": values["error"]}
    log.info("alert.delivery_attempted", delivery=delivery.id, channel=delivery.channel, **outcome)
