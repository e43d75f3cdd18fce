"""Recipients of a delivery, checked on sending: they may have changed since it was queued."""

from __future__ import annotations

from collections.abc import Collection

from flask import current_app

from jobs.notifications.undeliverable import NoLongerWanted, Undeliverable
from jobs.notifications.webhook import Webhook
from webapp.core import vault
from webapp.core.enums import ACCOUNT_EVENTS
from webapp.extensions import db
from webapp.models import AlertDelivery, AlertRecipients

SEALED = "The webhook's secret can't be read. Create a new secret."


def webhook_of(delivery: AlertDelivery) -> Webhook:
    """Return the dealer's current webhook. Raises NoLongerWanted if it was removed, or Undeliverable."""
    recipients = db.session.get(AlertRecipients, delivery.dealer_id)
    if recipients is None or recipients.webhook_url is None or recipients.sealed_webhook_secret is None:
        raise NoLongerWanted
    try:
        return Webhook(recipients.webhook_url, vault.unseal(recipients.sealed_webhook_secret))
    except vault.SealedError:
        raise Undeliverable(SEALED, is_final=True) from None


def require_address(delivery: AlertDelivery) -> None:
    """Raise NoLongerWanted if the email address is no longer a recipient."""
    if delivery.event in ACCOUNT_EVENTS:
        # `account_emails.compose` checks that the address belongs to an active user.
        return
    if delivery.dealer_id is None:
        addresses = current_app.config["STAFF_ALERT_RECIPIENTS"]
    else:
        recipients = db.session.get(AlertRecipients, delivery.dealer_id)
        addresses = () if recipients is None else _addresses(delivery, recipients)
    if delivery.recipient not in addresses:
        raise NoLongerWanted


def _addresses(delivery: AlertDelivery, recipients: AlertRecipients) -> Collection[str]:
    return (recipients.unconfirmed or {}) if delivery.event == "confirmation" else recipients.confirmed
