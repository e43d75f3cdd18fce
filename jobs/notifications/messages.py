"""Content of alert messages: the text of an email and the JSON of a webhook."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import current_app

from jobs.notifications import account_emails, freeze_emails, summary_messages
from jobs.notifications.undeliverable import NoLongerWanted
from webapp.alerts import confirmations, email_limit, rule_of
from webapp.alerts.open_alerts import all_open
from webapp.code_discovery import unmapped_codes
from webapp.core import clock
from webapp.core.enums import ACCOUNT_EVENTS
from webapp.extensions import db
from webapp.models import Alert, AlertDelivery, AlertRecipients, Dealer
from webapp.web.times import moment

PROGRAM: Final = "Parts Inventory Sync"
UTC: Final = ZoneInfo("UTC")
MOST_LISTED: Final = 200
# Codes in a weekly summary.
MOST_CODES: Final = 10
ONCE: Final = {
    "opened": "We'll email you again when it's resolved.",
    "recovered": "You don't need to do anything.",
}


@dataclass(frozen=True)
class Message:
    """Subject and text of an email, and its HTML if it has one; `body` is the JSON of a webhook."""

    subject: str
    text: str
    body: bytes
    html: str = ""


def compose(delivery: AlertDelivery) -> Message:
    """Build a delivery's message from current rows. Raises NoLongerWanted if there is nothing to send."""
    if delivery.event in ACCOUNT_EVENTS:
        return Message(*account_emails.compose(delivery), b"")
    if delivery.alert is not None:
        return _of_alert(delivery, delivery.alert)
    builders = {
        "digest": _digest,
        "confirmation": _confirmation,
        "limit": _limit,
        "test": _test,
        "weekly": _weekly,
        "summary": _summary,
        "freezes": _freezes,
    }
    return builders[delivery.event](delivery)


def _of_alert(delivery: AlertDelivery, alert: Alert) -> Message:
    rule = rule_of(alert.cause)
    is_over = delivery.event == "recovered"
    about = f"{alert.dealer.name if alert.dealer else PROGRAM}: {rule.label}"
    sentence = rule.over if is_over else alert.sentence
    lines = [about, "", sentence, "", f"Started {_when(alert, alert.opened_at)}.", ONCE[delivery.event]]
    alert_body = {
        "id": alert.id,
        "cause": alert.cause,
        "label": rule.label,
        "subject": alert.subject,
        "sentence": sentence,
        "opened_at": alert.opened_at.isoformat(),
        "closed_at": alert.closed_at.isoformat() if alert.closed_at else None,
    }
    subject, page = (f"Resolved: {about}", "alerts.show") if is_over else (about, rule.page)
    return _message(subject, lines, delivery, alert_body, page)


def _test(delivery: AlertDelivery) -> Message:
    name = delivery.dealer.name if delivery.dealer else PROGRAM
    lines = [f"This is a test from {name}.", "", "You'll get alerts at this address."]
    return _message(f"{name}: test alert", lines, delivery, None)


def _confirmation(delivery: AlertDelivery) -> Message:
    """Build a recipient's confirmation; the link is created on sending."""
    recipients = db.session.get(AlertRecipients, delivery.dealer_id)
    if recipients is None or delivery.dealer is None:
        raise NoLongerWanted
    if delivery.recipient not in (recipients.unconfirmed or {}):
        raise NoLongerWanted
    lines = [
        f"{delivery.dealer.name} wants to send you alerts about its inventory updates. Confirm here:",
        *("", confirmations.link_for(recipients, delivery.recipient), ""),
        f"The link works once and expires after {confirmations.VALID_FOR.days} days.",
        "If you don't want alerts, ignore this email. We send nothing until you confirm.",
    ]
    return Message(f"{PROGRAM}: confirm your alerts", "\n".join(lines) + "\n", b"")


def _limit(delivery: AlertDelivery) -> Message:
    name = delivery.dealer.name if delivery.dealer else PROGRAM
    most = current_app.config["ALERT_EMAILS_PER_DAY"]
    lines = [
        f"{name} reached today's limit of {most} alert emails.",
        *("", "We won't send more until tomorrow (UTC). See every alert on the Alerts page."),
    ]
    return _message(f"{name}: no more alert emails today", lines, delivery, None)


def _not_sent() -> list[str]:
    """Return the digest's lines about dealers whose alert emails exceeded the limit since the last digest."""
    counts = email_limit.unsent_by_dealer(clock.now() - timedelta(days=1))
    lines = [f"- {name}: {count:,} alert emails not sent (daily limit)." for name, count in counts]
    return ["", *lines[:MOST_LISTED]] if lines else []


def _summary(delivery: AlertDelivery) -> Message:
    if delivery.channel == "webhook":
        return Message("", "", summary_messages.webhook_body(delivery))
    subject, text, html = summary_messages.email(delivery)
    return Message(subject, text, b"", html)


def _weekly(delivery: AlertDelivery) -> Message:
    """Build the summary of what isn't online now: codes may have been mapped since the scan."""
    dealer = delivery.dealer
    found = unmapped_codes.unmapped_codes(dealer) if dealer else []
    if dealer is None or not found:
        raise NoLongerWanted
    totals = unmapped_codes.totals(dealer.id)
    lines = [
        f"{totals.dollars} of your stock isn't online. These codes in your Lightspeed aren't mapped:",
        "",
    ]
    lines += [f"- {each.sentence}" for each in found[:MOST_CODES]]
    if len(found) > MOST_CODES:
        lines.append(f"- and {len(found) - MOST_CODES:,} more")
    lines += ["", "Map them with one click under Matching > Unmapped codes."]
    lines += _link("unmapped_codes.index", dealer_id=dealer.id)
    subject = f"{dealer.name}: {totals.dollars} of your stock isn't online"
    return Message(subject, "\n".join(lines) + "\n", b"")


def _freezes(delivery: AlertDelivery) -> Message:
    subject, lines = freeze_emails.lines_of(delivery)
    lines += _link("freezes.index", dealer_id=delivery.dealer_id)
    return Message(subject, "\n".join(lines) + "\n", b"")


def _digest(_delivery: AlertDelivery) -> Message:
    alerts, not_sent = all_open(), _not_sent()
    if not alerts and not not_sent:
        raise NoLongerWanted
    lines = [f"{len(alerts):,} open alerts:" if len(alerts) != 1 else "One open alert:", ""]
    for alert in alerts[:MOST_LISTED]:
        name = alert.dealer.name if alert.dealer else PROGRAM
        since = f"since {_when(alert, alert.opened_at)}"
        lines += [f"- {name}: {rule_of(alert.cause).label}, {since}.", f"  {alert.sentence}"]
    if len(alerts) > MOST_LISTED:
        lines.append(f"- and {len(alerts) - MOST_LISTED:,} more")
    lines += not_sent
    lines += _link("dealers.index")
    return Message(f"{PROGRAM}: {lines[0].rstrip(':').lower()}", "\n".join(lines) + "\n", b"")


def _message(
    subject: str,
    lines: list[str],
    delivery: AlertDelivery,
    alert: dict[str, Any] | None,
    page: str = "alerts.show",
) -> Message:
    link = _link(page, dealer_id=delivery.dealer_id) if delivery.dealer_id else []
    body = {
        "event": delivery.event,
        "dealer": _dealer(delivery.dealer),
        "alert": alert,
        "url": link[-1] if link else None,
    }
    return Message(subject, "\n".join([*lines, *link]) + "\n", json.dumps(body).encode())


def _dealer(dealer: Dealer | None) -> dict[str, Any] | None:
    return {"id": dealer.id, "name": dealer.name} if dealer else None


def _link(endpoint: str, **values: Any) -> list[str]:
    """Return lines with the absolute URL of a page, or none without `PUBLIC_URL`."""
    base = current_app.config["PUBLIC_URL"]
    path = current_app.url_map.bind("localhost").build(endpoint, values)
    return ["", f"{base}{path}"] if base else []


def _when(alert: Alert, at: datetime) -> str:
    return moment(at, alert.dealer.zone if alert.dealer else UTC)
