"""Whether somebody is still to be told, and where: contacts may have changed since the note was made."""

from __future__ import annotations

from collections.abc import Collection

from flask import current_app

from jobs.notifications.undeliverable import NoLongerWanted, Undeliverable
from jobs.notifications.webhook import Webhook
from webapp.core import vault
from webapp.core.enums import ACCOUNT_EVENTS
from webapp.extensions import db
from webapp.models import AlertDelivery, AlertRecipients

SEALED = "The webhook's secret can no longer be read: renew it."


def webhook_of(delivery: AlertDelivery) -> Webhook:
    """The dealer's webhook as it is now. Raises NotWanted if there is none any more, or Undeliverable."""
    contact = db.session.get(AlertRecipients, delivery.dealer_id)
    if contact is None or contact.webhook_url is None or contact.sealed_webhook_secret is None:
        raise NoLongerWanted
    try:
        return Webhook(contact.webhook_url, vault.unseal(contact.sealed_webhook_secret))
    except vault.SealedError:
        raise Undeliverable(SEALED, is_final=True) from None


def require_address(delivery: AlertDelivery) -> None:
    """Raises NotWanted if the e-mail address is no longer among those to be told."""
    if delivery.event in ACCOUNT_EVENTS:
        # Whether somebody signs in with it is looked up with what is said.
        return
    if delivery.dealer_id is None:
        wanted = current_app.config["STAFF_ALERT_RECIPIENTS"]
    else:
        contact = db.session.get(AlertRecipients, delivery.dealer_id)
        wanted = () if contact is None else _wanted(delivery, contact)
    if delivery.recipient not in wanted:
        raise NoLongerWanted


def _wanted(delivery: AlertDelivery, contact: AlertRecipients) -> Collection[str]:
    return (contact.unconfirmed or {}) if delivery.event == "confirmation" else contact.confirmed
