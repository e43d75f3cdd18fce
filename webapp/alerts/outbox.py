"""Outbox of notifications: rows written in the transaction of the change that they are about."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import literal, select

from webapp.alerts import summary_choices
from webapp.extensions import db
from webapp.models import Alert, AlertDelivery, AlertRecipients
from webapp.models.types import UtcDateTime
from webapp.models.upserts import insert_new

BATCH = 500
COLUMNS = ("alert_id", "dealer_id", "event", "channel", "recipient", "state", "attempts")
MOMENTS = ("created_at", "next_attempt_at")


def has_mail() -> bool:
    """Return whether this deployment can send email."""
    return current_app.config["SMTP_URL"] is not None


def queue_opened(alert_ids: list[int], now: datetime) -> None:
    """Queue notifications of new alerts for the dealers' recipients, or for staff; no commit."""
    for start in range(0, len(alert_ids), BATCH):
        wanted = (
            select(Alert.id, Alert.dealer_id, AlertRecipients)
            .outerjoin(AlertRecipients, AlertRecipients.dealer_id == Alert.dealer_id)
            .where(Alert.id.in_(alert_ids[start : start + BATCH]))
        )
        rows = [
            _row(now, "opened", channel, recipient, dealer_id=dealer_id, alert_id=alert_id)
            for alert_id, dealer_id, alert_recipients in db.session.execute(wanted)
            for channel, recipient in (_ways(alert_recipients) if dealer_id else _staff())
        ]
        _insert(rows)


def queue_recovered(alert_ids: list[int], now: datetime) -> None:
    """Queue recovery notifications for recipients of the opening ones, sent or pending; no commit."""
    for start in range(0, len(alert_ids), BATCH):
        told = select(
            AlertDelivery.alert_id,
            AlertDelivery.dealer_id,
            literal("recovered"),
            AlertDelivery.channel,
            AlertDelivery.recipient,
            literal("waiting"),
            literal(0),
            literal(now, UtcDateTime),
            literal(now, UtcDateTime),
        ).where(
            AlertDelivery.alert_id.in_(alert_ids[start : start + BATCH]),
            AlertDelivery.event == "opened",
            AlertDelivery.state.in_(("waiting", "delivered")),
        )
        db.session.execute(insert_new(AlertDelivery).from_select([*COLUMNS, *MOMENTS], told))


def queue_test(alert_recipients: AlertRecipients, now: datetime) -> int:
    """Queue a test for every recipient of the dealer; return how many there are. No commit."""
    rows = [_row(now, "test", *way, dealer_id=alert_recipients.dealer_id) for way in _ways(alert_recipients)]
    _insert(rows)
    return len(rows)


def queue_limit(alert_recipients: AlertRecipients, now: datetime) -> int:
    """Notify the dealer's email recipients that the daily limit is reached; return how many. No commit."""
    return _queue_emails("limit", alert_recipients, now)


def queue_weekly(alert_recipients: AlertRecipients, now: datetime) -> int:
    """Queue an email about unmapped codes for the dealer's email recipients; return how many. No commit.

    Who gets weekly summaries of changes reads of them there.
    """
    chosen = summary_choices.chosen(alert_recipients.dealer_id)
    rows = [
        _row(now, "weekly", *way, dealer_id=alert_recipients.dealer_id)
        for way in _ways(alert_recipients)
        if way[0] == "email" and chosen.get(summary_choices.key_of(*way)) != "weekly"
    ]
    _insert(rows)
    return len(rows)


def queue_freezes(alert_recipients: AlertRecipients, now: datetime) -> int:
    """Remind the dealer's email recipients of what is frozen (R26); return how many. No commit."""
    return _queue_emails("freezes", alert_recipients, now)


def queue_summary(
    alert_recipients: AlertRecipients | None,
    chosen: Collection[tuple[str, str]],
    summary_id: int,
    now: datetime,
) -> int:
    """Queue a summary of changes for the recipients that chose it; return how many. No commit."""
    if alert_recipients is None:
        return 0
    rows = [
        _row(now, "summary", *way, dealer_id=alert_recipients.dealer_id, summary_id=summary_id)
        for way in _ways(alert_recipients)
        if summary_choices.key_of(*way) in chosen
    ]
    _insert(rows)
    return len(rows)


def queue_digest(now: datetime) -> None:
    """Queue today's digest for the staff, once; no commit."""
    day = now.date()
    _insert([_row(now, "digest", *way, digest_on=day) for way in _staff()])


def _queue_emails(event: str, alert_recipients: AlertRecipients, now: datetime) -> int:
    rows = [
        _row(now, event, *way, dealer_id=alert_recipients.dealer_id)
        for way in _ways(alert_recipients)
        if way[0] == "email"
    ]
    _insert(rows)
    return len(rows)


def _ways(alert_recipients: AlertRecipients | None) -> Iterator[tuple[str, str]]:
    """Return the channel and address of each of a dealer's recipients."""
    if alert_recipients is None:
        return
    if has_mail():
        yield from (("email", address) for address in alert_recipients.confirmed)
    if alert_recipients.webhook_url:
        yield "webhook", host_of(alert_recipients.webhook_url)


def _staff() -> Iterator[tuple[str, str]]:
    if has_mail():
        yield from (("email", address) for address in current_app.config["STAFF_ALERT_RECIPIENTS"])


def host_of(url: str) -> str:
    """Return the host of a webhook's URL: the rest may be a secret, and is neither listed nor logged."""
    return urlsplit(url).hostname or ""


def _row(now: datetime, event: str, channel: str, recipient: str, **about: Any) -> dict[str, Any]:
    return {
        "alert_id": None,
        "dealer_id": None,
        "digest_on": None,
        "summary_id": None,
        **about,
        "event": event,
        "channel": channel,
        "recipient": recipient,
        "state": "waiting",
        "attempts": 0,
        "created_at": now,
        "next_attempt_at": now,
    }


def _insert(rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), BATCH):
        db.session.execute(insert_new(AlertDelivery).values(rows[start : start + BATCH]))
