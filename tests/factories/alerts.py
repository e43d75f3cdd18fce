"""Alerts, and the recipients of them."""

from __future__ import annotations

from typing import Any

from tests.factories.rows import save
from webapp.alerts import recipients
from webapp.extensions import db
from webapp.models import Alert, AlertRecipients, Dealer


def make_alert(
    dealer: Dealer | None, cause: str, sentence: str = "Runs are failing.", **fields: Any
) -> Alert:
    """An open alert of the dealer, or of the deployment if no dealer is given."""
    dealer_id = dealer.id if dealer else None
    ids = {"dealer_id": dealer_id, "dealer_key": dealer_id or 0}
    return save(Alert(cause=cause, sentence=sentence, **ids, **fields))


def make_alert_recipients(dealer: Dealer, *emails: str, webhook: str = "") -> AlertRecipients:
    """Send the dealer's alerts to these confirmed email addresses, and to the webhook."""
    row = recipients.locked(dealer)
    row.recipients, row.unconfirmed = list(emails), None
    db.session.commit()
    if webhook:
        recipients.save_webhook(row, webhook)
    return row
