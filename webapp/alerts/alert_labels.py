"""Labels of alerts and their deliveries for the Alerts page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from webapp import alerts
from webapp.alerts import email_limit, outbox, summary_choices, webhook_address
from webapp.core import clock
from webapp.extensions import db
from webapp.models import Alert, AlertDelivery, AlertRecipients, Dealer
from webapp.web.email_links import can_send_links
from webapp.web.status_labels import StatusLabel

PAST, DELIVERIES = 20, 20
_OTHERS = {
    "confirmation": "Confirmation link",
    "limit": "Daily limit reached",
    "weekly": "Codes that aren't online",
    "summary": "Summary of changes",
    "freezes": "Reminder of a freeze",
}
# Deliveries normally take seconds. After this long the page stops polling.
LATE_AFTER = timedelta(seconds=90)
_STATES = {
    "waiting": StatusLabel("Waiting", "info"),
    "delivered": StatusLabel("Delivered", "success"),
    "failed": StatusLabel("Not delivered", "danger"),
    "dropped": StatusLabel("No longer needed", "secondary"),
}
_LATE = "Not sent yet. If this doesn't change, contact support."


@dataclass(frozen=True)
class AlertsPage:
    """Content of a dealer's Alerts page."""

    alert_recipients: AlertRecipients
    open: list[Alert]
    past: list[Alert]
    deliveries: list[AlertDelivery]
    has_mail: bool
    # Emails not sent today because of the daily limit.
    unsent: int
    # How often the recipients get a summary of changes.
    summaries: Mapping[tuple[str, str], str]

    @classmethod
    def of(cls, dealer: Dealer, alert_recipients: AlertRecipients) -> AlertsPage:
        """Return the current content."""
        over = select(Alert).where(Alert.dealer_key == dealer.id, Alert.closed_at.is_not(None))
        told = select(AlertDelivery).where(AlertDelivery.dealer_id == dealer.id)
        told = told.options(joinedload(AlertDelivery.alert)).order_by(AlertDelivery.id.desc())
        return cls(
            alert_recipients,
            alerts.open_of(dealer.id),
            list(db.session.scalars(over.order_by(Alert.id.desc()).limit(PAST))),
            list(db.session.scalars(told.limit(DELIVERIES))),
            outbox.has_mail(),
            email_limit.unsent(dealer.id, clock.now()),
            summary_choices.chosen(dealer.id),
        )

    @property
    def has_recipients(self) -> bool:
        """Return whether a test would have any recipient."""
        return bool(self.alert_recipients.webhook_url or (self.has_mail and self.alert_recipients.confirmed))

    @property
    def unconfirmed(self) -> list[str]:
        """Return the unconfirmed addresses, which get no alerts, in the order listed."""
        return [
            address
            for address in self.alert_recipients.recipients
            if address not in self.alert_recipients.confirmed
        ]

    def summary_of(self, address: str) -> str:
        """Return how often an email address gets a summary of changes; empty for never."""
        return self.summaries.get(summary_choices.key_of("email", address), "")

    @property
    def conditions(self) -> list[str]:
        """Return what opens an alert of a dealer, the most severe first."""
        return [rule.label for rule in alerts.RULES if rule.name not in alerts.OF_DEPLOYMENT]

    @property
    def sends_links(self) -> bool:
        """Return whether confirmation links can be sent."""
        return can_send_links()

    @property
    def webhook_problem(self) -> str | None:
        """Return why nothing is sent to the saved webhook, or None."""
        url = self.alert_recipients.webhook_url
        return webhook_address.refusal(url, current_app.config["ALERT_ALLOWED_HOSTS"]) if url else None

    @property
    def is_awaited(self) -> bool:
        """Return whether the outcome of a test is still pending."""
        tests = (delivery for delivery in self.deliveries if delivery.event == "test")
        return any(test.state == "waiting" and not is_late(test) for test in tests)

    @property
    def mark(self) -> str:
        """Return a version that changes whenever a poll has news."""
        return "-".join(f"{each.id}{each.state[0]}{each.attempts}" for each in self.deliveries)


def label(alert: Alert) -> StatusLabel:
    """Return the rule of an alert, with its current sentence."""
    rule = alerts.rule_of(alert.cause)
    return StatusLabel(rule.label, rule.tone, alert.sentence)


def subject(delivery: AlertDelivery) -> str:
    """Return the subject of a delivery."""
    if delivery.alert is None:
        return _OTHERS.get(delivery.event, "Test")
    name = label(delivery.alert).label
    return f"Resolved: {name}" if delivery.event == "recovered" else name


def delivery_state(delivery: AlertDelivery) -> StatusLabel:
    """Return the state of a delivery, with the reason for a failure."""
    state = _STATES[delivery.state]
    return StatusLabel(state.label, state.tone, delivery.error or (_LATE if is_late(delivery) else ""))


def is_late(delivery: AlertDelivery) -> bool:
    """Return whether it should have been sent by now."""
    return delivery.state == "waiting" and clock.now() - delivery.next_attempt_at > LATE_AFTER
