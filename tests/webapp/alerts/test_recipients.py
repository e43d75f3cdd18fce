"""Recipients of alerts: saved, refused, and audited."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import current_app

from tests.webapp.alerts.evaluation import told
from tests.webapp.client import ON_SQLITE
from webapp.alerts import recipients
from webapp.core import vault
from webapp.core.errors import FieldRefused
from webapp.extensions import db
from webapp.models import AlertRecipients, AuditEntry, Dealer


@pytest.fixture
def alert_recipients(dealer: Dealer) -> AlertRecipients:
    return recipients.locked(dealer)


@ON_SQLITE
def test_addresses_are_kept_each_once_however_they_are_listed(alert_recipients: AlertRecipients):
    recipients.save_recipients(alert_recipients, " One@Example.com\r\n,two@example.com; one@example.com\n\n")
    assert alert_recipients.recipients == ["one@example.com", "two@example.com"]
    assert alert_recipients.version == 1
    recipients.save_recipients(alert_recipients, "")
    assert alert_recipients.recipients == []


@ON_SQLITE
@pytest.mark.parametrize(
    "text",
    [
        "nobody",
        "a@b",
        "Name <a@example.com>",
        "a@example.com b@example.com",
        "a@example.com\tBcc: x@example.com",
        "a@example.com\x0bBcc:x@example.com",
        "a@exa\x00mple.com",
        '"a\\\r\nBcc: x"@example.com',
        "jürgen@example.com",
    ],
)
def test_an_invalid_address_or_several_are_refused(alert_recipients: AlertRecipients, text: str):
    with pytest.raises(FieldRefused) as refused:
        recipients.save_recipients(alert_recipients, text)
    assert refused.value.field == "recipients"
    assert str(refused.value).isprintable()
    db.session.rollback()
    assert db.session.scalar(db.select(AlertRecipients)) is None


@ON_SQLITE
def test_ten_addresses_are_enough(alert_recipients: AlertRecipients):
    recipients.save_recipients(alert_recipients, "\n".join(f"p{n}@example.com" for n in range(10)))
    with pytest.raises(FieldRefused, match="up to 10"):
        recipients.save_recipients(alert_recipients, "\n".join(f"p{n}@example.com" for n in range(11)))


def test_a_new_webhook_has_a_secret_that_is_sealed(alert_recipients: AlertRecipients):
    secret = recipients.save_webhook(alert_recipients, "https://hooks.example.com/in?token=abc")
    assert secret
    assert len(secret) >= 40
    assert secret not in (alert_recipients.sealed_webhook_secret or "")
    assert vault.unseal(alert_recipients.sealed_webhook_secret or "") == secret
    assert recipients.save_webhook(alert_recipients, "https://other.example.com/in") is None
    assert vault.unseal(alert_recipients.sealed_webhook_secret or "") == secret


@ON_SQLITE
def test_a_secret_can_be_regenerated_and_is_removed_with_the_webhook(alert_recipients: AlertRecipients):
    first = recipients.save_webhook(alert_recipients, "https://hooks.example.com/in")
    second = recipients.renew_secret(alert_recipients)
    assert first != second
    assert vault.unseal(alert_recipients.sealed_webhook_secret or "") == second
    assert recipients.save_webhook(alert_recipients, " ") is None
    assert (alert_recipients.webhook_url, alert_recipients.sealed_webhook_secret) == (None, None)
    with pytest.raises(FieldRefused):
        recipients.renew_secret(alert_recipients)


def test_changes_of_recipients_are_audited_without_secrets(alert_recipients: AlertRecipients):
    recipients.save_recipients(alert_recipients, "one@example.com")
    secret = recipients.save_webhook(alert_recipients, "https://hooks.example.com/in?token=abc")
    recipients.renew_secret(alert_recipients)
    entries = db.session.scalars(db.select(AuditEntry).order_by(AuditEntry.id)).all()
    noted = [entry for entry in entries if entry.action == "alert_contacts.changed"]
    assert noted[0].after == {"recipients": ["one@example.com"]}
    assert noted[1].after is not None
    assert noted[1].after["webhook"] == "hooks.example.com"
    assert list(noted[2].after or {}) == ["webhook's secret"]
    for entry in noted:
        kept = f"{entry.before} {entry.after} {entry.subject}"
        assert secret not in kept
        assert "token=abc" not in kept
        assert (alert_recipients.sealed_webhook_secret or "-") not in kept


def test_a_test_message_goes_to_every_recipient_and_not_again_immediately(
    alert_recipients: AlertRecipients, mail: None
):
    recipients.save_recipients(alert_recipients, "one@example.com\ntwo@example.com\nnew@example.com")
    # The third has not confirmed.
    alert_recipients.unconfirmed = {"new@example.com": "nonce"}
    recipients.save_webhook(alert_recipients, "https://hooks.example.com/in")
    assert recipients.send_test(alert_recipients) == 3
    with pytest.raises(FieldRefused, match="You just sent a test"):
        recipients.send_test(alert_recipients)
    assert [way for _, *way in told()] == [
        ["email", "one@example.com"],
        ["email", "two@example.com"],
        ["webhook", "hooks.example.com"],
    ]
    with time_machine.travel(recipients.clock.now() + recipients.BETWEEN_TESTS + timedelta(seconds=1)):
        assert recipients.send_test(alert_recipients) == 3


@ON_SQLITE
def test_a_test_message_needs_a_recipient(alert_recipients: AlertRecipients):
    # There is an address, but no mail server.
    recipients.save_recipients(alert_recipients, "one@example.com")
    with pytest.raises(FieldRefused, match="Add a recipient first"):
        recipients.send_test(alert_recipients)


@ON_SQLITE
def test_a_loopback_webhook_is_taken_where_the_deployment_allows_it(alert_recipients: AlertRecipients):
    with pytest.raises(FieldRefused, match="https://"):
        recipients.save_webhook(alert_recipients, "http://127.0.0.1:9/in")
    current_app.config["ALERT_ALLOWED_HOSTS"] = frozenset({"127.0.0.1"})
    assert recipients.save_webhook(alert_recipients, "http://127.0.0.1:9/in")
