"""Sends what waits in the outbox: claimed by compare-and-swap, tried again a few times, then given up.

A sender that dies in the middle leaves its delivery to be claimed again, so a message may come twice, never
not at all; both channels carry a number by which the second can be told.
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

# After how long each further attempt is made; there is one more attempt than pauses.
PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180))
# A person waits for a test, and presses the button again.
ATTEMPTS: Final = {"test": 1}
# A claim that was not finished by then is another sender's.
LEASE: Final = timedelta(minutes=2)
# At a time, so that a round is not kept waiting by slow receivers.
BATCH: Final = 50
BATCH_SECONDS: Final = 20.0
OUR_FAULT: Final = "It could not be sent: tell our support."
UNFINISHED: Final = "It was begun, and nothing is known of how it ended."


def deliver_due(stop: Callable[[], bool]) -> int:
    """Send what is due, for some seconds at most and not beyond being told to stop; how many were tried."""
    tried, until = 0, time.monotonic() + BATCH_SECONDS
    begin_read_only()
    due = list(db.session.scalars(_due(clock.now())))
    db.session.rollback()
    with ExitStack() as stack:
        server = current_app.config["SMTP_URL"]
        postbox = stack.enter_context(SmtpClient(server)) if server and due else None
        for delivery_id in due:
            if stop() or time.monotonic() > until:
                break
            delivery = _claim(delivery_id)
            if delivery is not None:
                tried += 1
                _finish(delivery, _attempt(delivery, postbox))
    return tried


def _due(now: datetime) -> Any:
    """The ids of what may be sent now; nobody hears of an end before the beginning."""
    beginning = aliased(AlertDelivery)
    is_ahead = (
        select(beginning.id)
        .where(
            beginning.alert_id == AlertDelivery.alert_id,
            beginning.channel == AlertDelivery.channel,
            beginning.recipient == AlertDelivery.recipient,
            beginning.event == "opened",
            beginning.state == "waiting",
        )
        .exists()
    )
    return (
        select(AlertDelivery.id)
        .where(AlertDelivery.state == "waiting", AlertDelivery.next_attempt_at <= now)
        .where((AlertDelivery.event != "recovered") | ~is_ahead)
        .order_by(AlertDelivery.next_attempt_at, AlertDelivery.id)
        .limit(BATCH)
    )


def _claim(delivery_id: int) -> AlertDelivery | None:
    """The delivery, if it is still due and nobody else's; no transaction is left open."""
    now = clock.now()
    claimed = (
        update(AlertDelivery)
        .where(AlertDelivery.id == delivery_id, AlertDelivery.state == "waiting")
        .where(AlertDelivery.next_attempt_at <= now)
        .values(attempts=AlertDelivery.attempts + 1, next_attempt_at=now + LEASE)
        .returning(AlertDelivery.id)
    )
    is_ours = db.session.scalar(claimed) is not None
    db.session.commit()
    if not is_ours:
        return None
    begin_read_only()
    whole = (joinedload(AlertDelivery.alert).joinedload(Alert.dealer), joinedload(AlertDelivery.dealer))
    wanted = select(AlertDelivery).where(AlertDelivery.id == delivery_id).options(*whole)
    delivery = db.session.scalars(wanted.execution_options(populate_existing=True)).one()
    # As it was claimed, whatever becomes of the session.
    db.session.expunge_all()
    return delivery


def _attempt(delivery: AlertDelivery, postbox: SmtpClient | None) -> dict[str, Any]:
    """Send it; what is to be kept of how that ended."""
    most = ATTEMPTS.get(delivery.event, len(PAUSES) + 1)
    if delivery.attempts > most:
        return _ended("failed", UNFINISHED)
    try:
        _send(delivery, postbox)
    except NoLongerWanted:
        return _ended("dropped")
    except Undeliverable as error:
        failure = error
    except Exception:
        # A message that we cannot even make must not keep the others from being sent.
        log.exception("alert.delivery_failed", delivery=delivery.id)
        failure = Undeliverable(OUR_FAULT)
    else:
        return _ended("delivered")
    if failure.is_final or delivery.attempts >= most:
        return _ended("failed", failure.sentence)
    return {"next_attempt_at": clock.now() + PAUSES[delivery.attempts - 1], "error": failure.sentence}


def _ended(state: str, error: str | None = None) -> dict[str, Any]:
    return {"state": state, "finished_at": clock.now(), "error": error}


def _send(delivery: AlertDelivery, postbox: SmtpClient | None) -> None:
    """One attempt. Raises Undeliverable or NotWanted; nothing is read from the database while it lasts."""
    config = current_app.config
    target = recipients.webhook_of(delivery) if delivery.channel == "webhook" else None
    if target is None:
        recipients.require_address(delivery)
        _require_room(delivery)
    message = messages.compose(delivery)
    db.session.rollback()
    if target is not None:
        webhook.post(target, message.body, delivery.id, config["ALERT_ALLOWED_HOSTS"])
    elif postbox is None:
        raise NoLongerWanted
    else:
        to, number = delivery.recipient, delivery.id
        postbox.send(smtp.email_message(config["MAIL_FROM"], to, message.subject, message.text, number))


def _require_room(delivery: AlertDelivery) -> None:
    """Raises Undeliverable beyond the dealer's daily limit of emails; the first has the recipients told."""
    if email_limit.is_reached(delivery, clock.now()):
        db.session.rollback()
        email_limit.notify_once(delivery.dealer_id or 0, clock.now())
        raise Undeliverable(email_limit.sentence(), is_final=True)


def _finish(delivery: AlertDelivery, kept: dict[str, Any]) -> None:
    db.session.rollback()
    db.session.execute(
        update(AlertDelivery)
        .where(AlertDelivery.id == delivery.id, AlertDelivery.attempts == delivery.attempts)
        .values(**kept)
    )
    db.session.commit()
    # Neither recipient nor address: both are somebody's.
    told = {"state": kept.get("state", "waiting"), "error": kept["error"]}
    log.info("alert.delivery_attempted", delivery=delivery.id, channel=delivery.channel, **told)
