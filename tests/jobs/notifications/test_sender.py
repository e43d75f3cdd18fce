"""Messages in the outbox are sent once, in order, with a limited number of retries."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from pytest_httpserver import HTTPServer
from sqlalchemy import select

from jobs.notifications import sender
from tests.factories import make_alert, make_alert_recipients
from tests.jobs.notifications.receivers import Kept
from tests.webapp.alerts.evaluation import NOW
from tests.webapp.alerts.test_evaluate import cause
from tests.webapp.client import ON_SQLITE
from webapp import alerts
from webapp.alerts import Finding, recipients
from webapp.core import clock, vault
from webapp.extensions import db
from webapp.models import AlertDelivery, AlertRecipients, Dealer

ADDRESS = "parts@prairie.example.com"


@pytest.fixture
def receiver() -> Iterator[HTTPServer]:
    with HTTPServer() as server:
        yield server


def take_round(*found: Finding) -> None:
    alerts.evaluate_rules(NOW, [cause(*found)])


def deliver(after: timedelta = timedelta()) -> int:
    """Send what is due at a time from now."""
    with time_machine.travel(clock.now() + after, tick=False):
        return sender.deliver_due(lambda: False)


def kept() -> list[AlertDelivery]:
    found = list(db.session.scalars(select(AlertDelivery).order_by(AlertDelivery.id)))
    db.session.expunge_all()
    db.session.rollback()
    return found


def states() -> list[tuple[str, str, int]]:
    return [(each.event, each.state, each.attempts) for each in kept()]


def test_an_alert_and_its_end_are_sent_by_email_and_webhook(
    dealer: Dealer, mailed: Kept, receiver: HTTPServer
):
    receiver.expect_request("/in").respond_with_data("", 200)
    alert_recipients = make_alert_recipients(dealer, ADDRESS, webhook=f"http://127.0.0.1:{receiver.port}/in")
    secret = vault.unseal(alert_recipients.sealed_webhook_secret or "")
    dealer_id = dealer.id
    take_round(Finding(dealer_id, "Oil is leaking."))
    assert deliver() == 2
    take_round()
    assert deliver() == 2
    assert deliver() == 0
    assert mailed.subjects == ["Prairie Powersports: Leak", "Resolved: Prairie Powersports: Leak"]
    assert mailed.recipients == [[ADDRESS]] * 2
    text = mailed.messages[0].get_content()
    assert "Oil is leaking." in text
    assert f"https://sync.example.com/dealers/{dealer_id}/alerts" in text
    bodies = [request.get_json() for request, _ in receiver.log]
    assert [body["event"] for body in bodies] == ["opened", "recovered"]
    assert bodies[0]["dealer"] == {"id": dealer_id, "name": "Prairie Powersports"}
    assert bodies[0]["alert"]["sentence"] == "Oil is leaking."
    assert bodies[0]["alert"]["closed_at"] is None
    assert bodies[1]["alert"]["closed_at"]
    request = receiver.log[0][0]
    signed = request.headers["X-Alert-Timestamp"].encode() + b"." + request.get_data()
    wanted = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    assert request.headers["X-Alert-Signature"] == f"sha256={wanted}"
    assert [state for _, state, _ in states()] == ["delivered"] * 4


def test_a_message_that_did_not_arrive_is_retried_later_and_delivered_once(dealer: Dealer, mailed: Kept):
    make_alert_recipients(dealer, ADDRESS)
    take_round(Finding(dealer.id, "Oil."))
    mailed.busy += ["451 Later", "451 Later"]
    deliver()
    (first,) = kept()
    assert (first.state, first.attempts) == ("waiting", 1)
    assert first.error == "The mail server didn't accept the message (code 451)."
    assert deliver(timedelta(seconds=50)) == 0
    assert deliver(timedelta(seconds=70)) == 1
    assert deliver(timedelta(seconds=130)) == 0
    assert deliver(timedelta(minutes=8)) == 1
    assert states() == [("opened", "delivered", 3)]
    assert len(mailed.messages) == 1


@ON_SQLITE
def test_after_some_attempts_it_is_abandoned(dealer: Dealer, mailed: Kept):
    make_alert_recipients(dealer, ADDRESS)
    take_round(Finding(dealer.id, "Oil."))
    mailed.busy += ["451 Later"] * 99
    for hours in range(0, 60, 4):
        deliver(timedelta(hours=hours))
    (only,) = kept()
    assert (only.state, only.attempts) == ("failed", len(sender.PAUSES) + 1)
    assert only.finished_at is not None


@ON_SQLITE
def test_an_address_that_does_not_exist_is_abandoned_at_once(dealer: Dealer, mailed: Kept):
    make_alert_recipients(dealer, ADDRESS)
    take_round(Finding(dealer.id, "Oil."))
    mailed.refuse[ADDRESS] = "550 No such user"
    deliver()
    assert states() == [("opened", "failed", 1)]


def test_the_end_of_an_alert_is_never_sent_before_its_start(dealer: Dealer, mailed: Kept):
    make_alert_recipients(dealer, ADDRESS)
    take_round(Finding(dealer.id, "Oil."))
    mailed.busy.append("451 Later")
    deliver()
    take_round()
    assert deliver(timedelta(seconds=30)) == 0
    deliver(timedelta(minutes=2))
    deliver(timedelta(minutes=2))
    assert mailed.subjects == ["Prairie Powersports: Leak", "Resolved: Prairie Powersports: Leak"]


def test_two_concurrent_senders_send_each_message_once(app: Flask, dealer: Dealer, mailed: Kept):
    make_alert_recipients(dealer, ADDRESS)
    take_round(*(Finding(dealer.id, f"{code} leaks.", code) for code in "ABCDEFGH"))
    together, tried = threading.Barrier(3), []

    def send() -> None:
        with app.app_context():
            together.wait()
            tried.append(sender.deliver_due(lambda: False))

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(tried) == 8
    assert len({str(message["Message-ID"]) for message in mailed.messages}) == 8
    assert len(mailed.messages) == 8


def test_a_delivery_whose_sender_died_is_leased_again(dealer: Dealer, mailed: Kept):
    make_alert_recipients(dealer, ADDRESS)
    take_round(Finding(dealer.id, "Oil."))
    (only,) = kept()
    # Claimed, and then nothing more was heard.
    assert sender._claim(only.id) is not None
    assert deliver() == 0
    assert deliver(sender.LEASE + timedelta(seconds=1)) == 1
    assert states() == [("opened", "delivered", 2)]


@ON_SQLITE
def test_a_sender_that_lost_its_lease_changes_nothing(dealer: Dealer, mailed: Kept):
    make_alert_recipients(dealer, ADDRESS)
    take_round(Finding(dealer.id, "Oil."))
    (only,) = kept()
    slow = sender._claim(only.id)
    assert slow is not None
    deliver(sender.LEASE + timedelta(seconds=1))
    sender._finish(slow, {"state": "failed", "error": "No."})
    assert states() == [("opened", "delivered", 2)]


@ON_SQLITE
@pytest.mark.parametrize("removed", ["recipient", "webhook", "mail server"])
def test_a_removed_recipient_gets_no_more_alerts(
    app: Flask, dealer: Dealer, mailed: Kept, receiver: HTTPServer, removed: str
):
    hook = f"http://127.0.0.1:{receiver.port}/in"
    alert_recipients = make_alert_recipients(
        dealer, *([] if removed == "webhook" else [ADDRESS]), webhook=hook
    )
    if removed != "webhook":
        recipients.remove_webhook(alert_recipients)
    take_round(Finding(dealer.id, "Oil."))
    recipients.remove_webhook(
        make_alert_recipients(dealer, ADDRESS if removed == "mail server" else "other@example.com")
    )
    if removed == "mail server":
        app.config["SMTP_URL"] = None
    deliver()
    assert states() == [("opened", "dropped", 1)]
    assert mailed.messages == []
    assert receiver.log == []


@ON_SQLITE
def test_a_test_message_is_tried_once(dealer: Dealer, mailed: Kept, receiver: HTTPServer):
    receiver.expect_request("/in").respond_with_data("", 500)
    alert_recipients = make_alert_recipients(dealer, ADDRESS, webhook=f"http://127.0.0.1:{receiver.port}/in")
    recipients.send_test(alert_recipients)
    deliver()
    assert states() == [("test", "delivered", 1), ("test", "failed", 1)]
    assert kept()[1].error == "The webhook responded with status 500."
    assert mailed.subjects == ["Prairie Powersports: test alert"]
    assert receiver.log[0][0].get_json()["event"] == "test"


def test_the_digest_lists_what_is_open(app: Flask, dealer: Dealer, mailed: Kept):
    app.config.update(STAFF_ALERT_RECIPIENTS=("support@example.com",), STAFF_DIGEST_HOUR=0)
    take_round(Finding(dealer.id, "Oil is leaking."), Finding(None, "Everything leaks."))
    deliver()
    digest = mailed.messages[-1]
    assert mailed.recipients[-1] == ["support@example.com"]
    assert digest["Subject"] == "Parts Inventory Sync: 2 open alerts"
    for said in ("Prairie Powersports: Leak", "Oil is leaking.", "Everything leaks.", "/dealers"):
        assert said in digest.get_content()


@ON_SQLITE
def test_an_empty_digest_is_not_sent(app: Flask, dealer: Dealer, mailed: Kept):
    app.config.update(STAFF_ALERT_RECIPIENTS=("support@example.com",), STAFF_DIGEST_HOUR=0)
    take_round(Finding(dealer.id, "Oil."))
    take_round()
    deliver()
    assert states() == [("digest", "dropped", 1)]
    assert mailed.messages == []


@ON_SQLITE
def test_a_message_that_cannot_be_made_stops_no_other(dealer: Dealer, mailed: Kept):
    make_alert_recipients(dealer, "bad@prairie.example.com", ADDRESS)
    take_round(Finding(dealer.id, "Oil."))
    bad = kept()[0].id
    broken = "bad@prairie.example.com\r\nBcc: x@example.com"
    db.session.execute(db.update(AlertDelivery).where(AlertDelivery.id == bad).values(recipient=broken))
    db.session.execute(db.update(AlertRecipients).values(recipients=[broken, ADDRESS]))
    db.session.commit()
    deliver()
    assert [(each.state, each.error) for each in kept()] == [
        ("waiting", sender.OUR_FAULT),
        ("delivered", None),
    ]
    assert mailed.recipients == [[ADDRESS]]


@ON_SQLITE
def test_it_exits_when_it_is_stopped(dealer: Dealer, mailed: Kept):
    make_alert_recipients(dealer, ADDRESS)
    take_round(Finding(dealer.id, "Oil."))
    assert sender.deliver_due(lambda: True) == 0
    assert states() == [("opened", "waiting", 0)]


@ON_SQLITE
def test_neither_logs_nor_rows_hold_a_secret(
    app: Flask,
    dealer: Dealer,
    mailed: Kept,
    receiver: HTTPServer,
    capfd: Any,
    caplog: pytest.LogCaptureFixture,
):
    # Log lines of the receiver, not of the program.
    caplog.set_level(logging.ERROR, "werkzeug")
    receiver.expect_request("/token-in-the-path").respond_with_data("", 500)
    alert_recipients = make_alert_recipients(
        dealer, ADDRESS, webhook=f"http://127.0.0.1:{receiver.port}/token-in-the-path"
    )
    sealed = alert_recipients.sealed_webhook_secret or ""
    secret = vault.unseal(sealed)
    take_round(Finding(dealer.id, "Oil."))
    mailed.busy.append("451 Later")
    deliver()
    app.config["CREDENTIALS_KEYS"] = [vault.Fernet.generate_key().decode()]
    deliver(timedelta(minutes=2))
    rows = [vars(each) for each in kept()]
    written = "".join(capfd.readouterr()) + json.dumps(rows, default=str)
    assert "alert.delivery_attempted" in written
    for hidden in (secret, "token-in-the-path", sealed):
        assert hidden not in written
    assert rows[1]["error"] == "The webhook's secret can't be read. Create a new secret."
    assert rows[1]["state"] == "failed"


@pytest.mark.parametrize("cause", ["held", "held_soon"])
def test_an_email_about_a_hold_leads_to_the_decision(dealer: Dealer, mailed: Kept, cause: str) -> None:
    make_alert_recipients(dealer, ADDRESS)
    home = f"https://sync.example.com/dealers/{dealer.id}"
    alert = make_alert(dealer, cause)
    for event in ("opened", "recovered"):
        db.session.add(
            AlertDelivery(alert=alert, dealer_id=dealer.id, event=event, channel="email", recipient=ADDRESS)
        )
        db.session.commit()
        assert deliver() == 1
    opened, over = (message.get_content().splitlines() for message in mailed.messages)
    assert home in opened
    assert f"{home}/alerts" in over
