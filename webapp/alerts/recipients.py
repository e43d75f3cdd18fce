"""Recipients of a dealer's alerts: email addresses, and a webhook with a signing secret."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

from flask import current_app
from sqlalchemy import select

from webapp import audit
from webapp.alerts import confirmations, outbox, summary_choices, webhook_address, webhook_secret
from webapp.core import clock, vault
from webapp.core.email_addresses import InvalidAddress, parse_address
from webapp.core.errors import FieldRefused, Refused
from webapp.core.limits import MAX_ALERT_RECIPIENTS
from webapp.extensions import db
from webapp.models import AlertDelivery, AlertRecipients, Dealer
from webapp.models.upserts import insert_new

# Tests go to addresses that a user entered: they must not be usable to flood mailboxes.
BETWEEN_TESTS: Final = timedelta(seconds=30)


def of(dealer: Dealer) -> AlertRecipients:
    """Return the dealer's recipients, or an empty row that isn't stored."""
    return db.session.get(AlertRecipients, dealer.id) or AlertRecipients(
        dealer_id=dealer.id, recipients=[], webhook_url=None, version=0
    )


def locked(dealer: Dealer) -> AlertRecipients:
    """Return the dealer's stored recipients, locked until the transaction ends."""
    row = select(AlertRecipients).where(AlertRecipients.dealer_id == dealer.id).with_for_update()
    found = db.session.scalar(row)
    if found is None:
        empty = {"dealer_id": dealer.id, "recipients": [], "version": 0}
        db.session.execute(insert_new(AlertRecipients).values(empty))
        found = db.session.scalars(row).one()
    return found


def save_recipients(alert_recipients: AlertRecipients, text: str) -> list[str]:
    """Save the email addresses, by line or comma-separated, without duplicates, and commit. Raises
    FieldRefused.

    New addresses are sent a confirmation link; returns those to which none can be sent at present.
    """
    typed = [part.strip() for part in text.replace(",", "\n").replace(";", "\n").splitlines()]
    try:
        found = list({each.casefold(): each for each in map(parse_address, filter(None, typed))}.values())
    except InvalidAddress as reason:
        raise FieldRefused("recipients", str(reason)) from None
    if len(found) > MAX_ALERT_RECIPIENTS:
        raise FieldRefused("recipients", f"enter up to {MAX_ALERT_RECIPIENTS} addresses")
    before = list(alert_recipients.recipients)
    with _noted(alert_recipients):
        alert_recipients.recipients = found
        alert_recipients.version += 1
    not_sent = confirmations.request_new(alert_recipients, before)
    summary_choices.forget_others(alert_recipients)
    db.session.commit()
    return not_sent


def save_webhook(alert_recipients: AlertRecipients, url: str, summaries: str = "") -> str | None:
    """Save the webhook's URL, or none, and how often it gets summaries; commit. Raises FieldRefused.

    Returns a new secret for a new webhook: it is shown once, and cannot be read again.
    """
    if not url.strip():
        remove_webhook(alert_recipients)
        return None
    try:
        checked = webhook_address.checked(url, current_app.config["ALERT_ALLOWED_HOSTS"])
    except Refused as reason:
        raise FieldRefused("webhook_url", str(reason)) from None
    with _noted(alert_recipients):
        is_new = alert_recipients.webhook_url is None
        alert_recipients.webhook_url = checked
        secret = _new_secret(alert_recipients) if is_new else None
    summary_choices.choose(alert_recipients, {summary_choices.WEBHOOK: summaries})
    db.session.commit()
    return secret


def renew_secret(alert_recipients: AlertRecipients) -> str:
    """Replace the signing secret, and commit. Raises FieldRefused if there is no webhook."""
    if alert_recipients.webhook_url is None:
        raise FieldRefused("webhook_url", "there is no webhook")
    with _noted(alert_recipients):
        secret = _new_secret(alert_recipients)
    db.session.commit()
    return secret


def remove_webhook(alert_recipients: AlertRecipients) -> None:
    """Remove the webhook and its secret, and commit."""
    with _noted(alert_recipients):
        alert_recipients.webhook_url = alert_recipients.sealed_webhook_secret = (
            alert_recipients.secret_set_at
        ) = None
    summary_choices.forget_others(alert_recipients)
    db.session.commit()


@contextmanager
def _noted(alert_recipients: AlertRecipients) -> Iterator[None]:
    """Record the changes made within this context in the audit log."""
    before = _fields(alert_recipients)
    yield
    audit.note(
        "alert_contacts.changed",
        "Alerts",
        dealer_id=alert_recipients.dealer_id,
        before=before,
        after=_fields(alert_recipients),
    )


def _fields(alert_recipients: AlertRecipients) -> dict[str, Any]:
    url = alert_recipients.webhook_url
    return {
        "recipients": list(alert_recipients.recipients),
        "webhook": outbox.host_of(url) if url else None,
        # The rest of the URL may be a secret: only the fact that it changed is recorded.
        "webhook's secret address": url,
        "webhook's secret": alert_recipients.sealed_webhook_secret,
    }


def _new_secret(alert_recipients: AlertRecipients) -> str:
    secret = webhook_secret.new_secret()
    alert_recipients.sealed_webhook_secret = vault.seal(secret)
    alert_recipients.secret_set_at = clock.now()
    return secret


def send_test(alert_recipients: AlertRecipients) -> int:
    """Queue a test for every recipient, and commit; return how many. Raises FieldRefused without
    recipients."""
    now = clock.now()
    recent = select(AlertDelivery.id).where(
        AlertDelivery.dealer_id == alert_recipients.dealer_id,
        AlertDelivery.event == "test",
        AlertDelivery.created_at > now - BETWEEN_TESTS,
    )
    if db.session.scalar(recent.limit(1)) is not None:
        raise FieldRefused("", "You just sent a test. Its status is below.")
    noted = outbox.queue_test(alert_recipients, now)
    if not noted:
        raise FieldRefused("", "Add a recipient first.")
    db.session.commit()
    return noted
