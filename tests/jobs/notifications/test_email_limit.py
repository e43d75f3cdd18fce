"""A dealer's alert emails are limited each day, and everyone concerned is notified once."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from jobs.notifications import sender
from tests.factories import make_alert_recipients, make_dealer, make_user
from tests.jobs.notifications.receivers import Kept
from tests.webapp.alerts.test_evaluate import cause
from tests.webapp.client import LintingClient
from webapp import alerts
from webapp.alerts import Finding, digest, email_limit
from webapp.core import clock
from webapp.extensions import db
from webapp.models import AlertDelivery, AuditEntry, Dealer

NOON = clock.now().replace(hour=12, minute=0, second=0, microsecond=0)
ADDRESS, STAFF = "parts@prairie.example.com", "support@example.com"
NOT_SENT = "Not sent: the limit of 3 alert emails a day was reached."


@pytest.fixture(autouse=True)
def limited(app: Flask) -> None:
    app.config["ALERT_EMAILS_PER_DAY"] = 3


def raise_alerts(dealer_id: int, count: int) -> None:
    """Have so many alerts of a dealer open, and all emails sent that are due."""
    found = [Finding(dealer_id, "Oil.", f"a{number}") for number in range(count)]
    alerts.evaluate_rules(clock.now(), [cause(*found)])
    while sender.deliver_due(lambda: False):
        pass


def outcomes(dealer_id: int) -> list[tuple[str, str, str | None]]:
    columns = AlertDelivery.event, AlertDelivery.state, AlertDelivery.error
    chosen = select(*columns).where(AlertDelivery.dealer_id == dealer_id).order_by(AlertDelivery.id)
    rows = [tuple(row) for row in db.session.execute(chosen)]
    db.session.rollback()
    return rows  # type: ignore[return-value]


def test_messages_beyond_the_limit_are_not_sent_and_reported_once(app: Flask, dealer: Dealer, mailed: Kept):
    other = make_dealer("Lakeside")
    make_alert_recipients(dealer, ADDRESS)
    make_alert_recipients(other, "boss@lakeside.example.com")
    ours, theirs = dealer.id, other.id
    app.config["STAFF_ALERT_RECIPIENTS"] = (STAFF,)
    with time_machine.travel(NOON, tick=False):
        raise_alerts(ours, 5)
        assert outcomes(ours) == [
            *[("opened", "delivered", None)] * 3,
            *[("opened", "failed", NOT_SENT)] * 2,
            ("limit", "delivered", None),
        ]
        assert mailed.subjects[3] == "Prairie Powersports: no more alert emails today"
        # Another dealer has a limit of its own.
        alerts.evaluate_rules(clock.now(), [cause(Finding(theirs, "Oil."), name="spill")])
        sender.deliver_due(lambda: False)
        assert outcomes(theirs) == [("opened", "delivered", None)]
        entries = select(AuditEntry.dealer_id).where(AuditEntry.action == "alert_emails.limited")
        assert list(db.session.scalars(entries)) == [ours]
        db.session.rollback()
    with time_machine.travel(NOON + timedelta(hours=2), tick=False):
        digest.queue_daily(clock.now())
        sender.deliver_due(lambda: False)
        assert (
            "- Prairie Powersports: 2 alert emails not sent (daily limit)."
            in mailed.messages[-1].get_content()
        )


def test_the_count_starts_again_the_next_day(dealer: Dealer, mailed: Kept):
    make_alert_recipients(dealer, ADDRESS)
    dealer_id = dealer.id
    with time_machine.travel(NOON, tick=False):
        raise_alerts(dealer_id, 4)
        assert outcomes(dealer_id)[-1] == ("limit", "delivered", None)
    with time_machine.travel(NOON + timedelta(hours=12), tick=False):
        raise_alerts(dealer_id, 5)
    assert outcomes(dealer_id)[-1] == ("opened", "delivered", None)


def test_the_page_shows_the_limit_to_the_dealer_and_to_staff(app: Flask, dealer: Dealer, mailed: Kept):
    make_alert_recipients(dealer, ADDRESS)
    dealer_id = dealer.id
    raise_alerts(dealer_id, 5)
    dealer = db.session.get_one(Dealer, dealer_id)
    app.test_client_class = LintingClient
    for user in (make_user("parts@prairie.example", dealer), make_user(STAFF)):
        page = app.test_client().sign_in(user).get(f"/dealers/{dealer.id}/alerts").text
        assert "You reached today’s limit of 3 alert emails; 2 emails not sent." in page
        assert NOT_SENT in page


def test_a_link_to_confirm_and_account_emails_do_not_count(dealer: Dealer, mailed: Kept):
    for event in ("confirmation", "reset", "limit", "digest"):
        row = AlertDelivery(dealer_id=dealer.id, event=event, channel="email", recipient=ADDRESS)
        assert not email_limit.is_reached(row, clock.now())
