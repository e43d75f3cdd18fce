"""What is told of an alert: the words of the e-mail, and the same for a program."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import current_app

from jobs.alerts import account_letters
from jobs.alerts.undeliverable import NotWanted
from webapp.alerts import cause_of
from webapp.alerts.open_alerts import all_open
from webapp.models import Alert, AlertDelivery, Dealer
from webapp.presenters.times import moment
from webapp.words import ACCOUNT_EVENTS

PROGRAM: Final = "Parts Inventory Sync"
UTC: Final = ZoneInfo("UTC")
MOST_LISTED: Final = 200
ONCE: Final = {
    "opened": "You are told once, and once more when it is over.",
    "recovered": "You need not do anything.",
}


@dataclass(frozen=True)
class Message:
    """Subject and text of an e-mail; `body` is the JSON of a webhook."""

    subject: str
    text: str
    body: bytes


def compose(delivery: AlertDelivery) -> Message:
    """What the delivery says, of what is stored now. Raises NotWanted where there is nothing to tell."""
    if delivery.event in ACCOUNT_EVENTS:
        return Message(*account_letters.compose(delivery), b"")
    if delivery.alert is not None:
        return _of_alert(delivery, delivery.alert)
    return _digest() if delivery.event == "digest" else _test(delivery)


def _of_alert(delivery: AlertDelivery, alert: Alert) -> Message:
    cause = cause_of(alert.cause)
    is_over = delivery.event == "recovered"
    about = f"{alert.dealer.name if alert.dealer else PROGRAM}: {cause.label}"
    sentence = cause.over if is_over else alert.sentence
    lines = [about, "", sentence, "", f"It began {_when(alert, alert.opened_at)}.", ONCE[delivery.event]]
    told = {
        "id": alert.id,
        "cause": alert.cause,
        "label": cause.label,
        "subject": alert.subject,
        "sentence": sentence,
        "opened_at": alert.opened_at.isoformat(),
        "closed_at": alert.closed_at.isoformat() if alert.closed_at else None,
    }
    return _message(f"Over: {about}" if is_over else about, lines, delivery, told)


def _test(delivery: AlertDelivery) -> Message:
    name = delivery.dealer.name if delivery.dealer else PROGRAM
    lines = [f"{name}: this is a test.", "", "Alerts of this dealer reach you."]
    return _message(f"{name}: test of alerts", lines, delivery, None)


def _digest() -> Message:
    alerts = all_open()
    if not alerts:
        raise NotWanted
    lines = [f"{len(alerts):,} open alerts:" if len(alerts) > 1 else "One open alert:", ""]
    for alert in alerts[:MOST_LISTED]:
        name = alert.dealer.name if alert.dealer else PROGRAM
        since = f"since {_when(alert, alert.opened_at)}"
        lines += [f"- {name}: {cause_of(alert.cause).label}, {since}.", f"  {alert.sentence}"]
    if len(alerts) > MOST_LISTED:
        lines.append(f"- and {len(alerts) - MOST_LISTED:,} more")
    lines += _link("dealers.index")
    return Message(f"{PROGRAM}: {lines[0].rstrip(':').lower()}", "\n".join(lines) + "\n", b"")


def _message(subject: str, lines: list[str], delivery: AlertDelivery, told: dict[str, Any] | None) -> Message:
    link = _link("alerts.show", dealer_id=delivery.dealer_id) if delivery.dealer_id else []
    body = {
        "event": delivery.event,
        "dealer": _dealer(delivery.dealer),
        "alert": told,
        "url": link[-1] if link else None,
    }
    return Message(subject, "\n".join([*lines, *link]) + "\n", json.dumps(body).encode())


def _dealer(dealer: Dealer | None) -> dict[str, Any] | None:
    return {"id": dealer.id, "name": dealer.name} if dealer else None


def _link(endpoint: str, **values: Any) -> list[str]:
    """The page's whole address, where `PUBLIC_URL` says how it begins."""
    base = current_app.config["PUBLIC_URL"]
    path = current_app.url_map.bind("localhost").build(endpoint, values)
    return ["", f"{base}{path}"] if base else []


def _when(alert: Alert, at: datetime) -> str:
    return moment(at, alert.dealer.zone if alert.dealer else UTC)
