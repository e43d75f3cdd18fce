"""Deliveries that are recorded in the transaction of an alert, and the digest for staff."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from tests.factories import make_alert_recipients, make_dealer
from tests.webapp.alerts.evaluation import NOW, told
from tests.webapp.alerts.test_evaluate import cause
from tests.webapp.client import ON_SQLITE
from webapp import alerts
from webapp.alerts import Finding, outbox
from webapp.extensions import db
from webapp.models import Alert, AlertDelivery, Dealer

EARLY = datetime(2026, 11, 23, 12, 59, tzinfo=UTC)


@ON_SQLITE
def test_without_a_mail_server_only_the_webhook_gets_alerts(dealer: Dealer):
    make_alert_recipients(dealer, "parts@prairie.example.com", webhook="https://hooks.example.com/x")
    alerts.evaluate_rules(NOW, [cause(Finding(dealer.id, "Oil."))])
    assert told() == [("opened", "webhook", "hooks.example.com")]


@ON_SQLITE
def test_a_dealers_alert_is_sent_to_that_dealer_only(app: Flask, dealer: Dealer, mail: None):
    app.config["STAFF_ALERT_RECIPIENTS"] = ("support@example.com",)
    app.config["STAFF_DIGEST_HOUR"] = 24
    make_alert_recipients(make_dealer("Lakeside Cycle"), "parts@lakeside.example.com")
    make_alert_recipients(dealer, "parts@prairie.example.com")
    alerts.evaluate_rules(NOW, [cause(Finding(dealer.id, "Oil."))])
    assert told() == [("opened", "email", "parts@prairie.example.com")]


@ON_SQLITE
def test_a_recipient_that_got_no_start_gets_no_end(dealer: Dealer, mail: None):
    make_alert_recipients(dealer, "one@prairie.example.com", "two@prairie.example.com")
    alerts.evaluate_rules(NOW, [cause(Finding(dealer.id, "Oil."))])
    failed = db.session.scalars(db.select(AlertDelivery).order_by(AlertDelivery.id)).first()
    assert failed is not None
    failed.state = "failed"
    db.session.commit()
    make_alert_recipients(
        dealer, "one@prairie.example.com", "two@prairie.example.com", "three@prairie.example.com"
    )
    alerts.evaluate_rules(NOW, [cause()])
    assert told()[2:] == [("recovered", "email", "two@prairie.example.com")]


def test_no_delivery_is_recorded_if_the_alert_is_not_saved(
    dealer: Dealer, mail: None, monkeypatch: pytest.MonkeyPatch
):
    make_alert_recipients(dealer, "parts@prairie.example.com")

    def full(*_: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(db.session, "commit", full)
        with pytest.raises(OSError, match="disk full"):
            alerts.evaluate_rules(NOW, [cause(Finding(dealer.id, "Oil."))])
    db.session.rollback()
    assert told() == []
    assert db.session.scalar(db.select(Alert)) is None


@pytest.fixture
def staffed(app: Flask, mail: None) -> Flask:
    app.config["STAFF_ALERT_RECIPIENTS"] = ("a@example.com", "b@example.com")
    return app


def digests() -> list[str]:
    return [recipient for event, _, recipient in told() if event == "digest"]


def test_the_digest_is_noted_at_its_hour_and_once_a_day(staffed: Flask, dealer: Dealer):
    leak = [cause(Finding(dealer.id, "Oil."))]
    alerts.evaluate_rules(EARLY, leak)
    assert digests() == []
    for minutes in (1, 2, 300, 600):
        alerts.evaluate_rules(EARLY + timedelta(minutes=minutes), leak)
    assert digests() == ["a@example.com", "b@example.com"]
    alerts.evaluate_rules(EARLY + timedelta(days=1, minutes=1), leak)
    assert len(digests()) == 4


def test_a_digest_is_recorded_once(staffed: Flask):
    for _ in range(2):
        outbox.queue_digest(NOW)
        db.session.commit()
    assert digests() == ["a@example.com", "b@example.com"]


@ON_SQLITE
def test_a_day_without_open_alerts_has_no_digest(staffed: Flask, dealer: Dealer):
    alerts.evaluate_rules(EARLY + timedelta(hours=1), [cause()])
    assert digests() == []
    alerts.evaluate_rules(EARLY + timedelta(hours=5), [cause(Finding(dealer.id, "Oil."))])
    assert len(digests()) == 2


@ON_SQLITE
def test_the_hour_of_the_digest_is_the_deployments(staffed: Flask, dealer: Dealer):
    staffed.config["STAFF_DIGEST_HOUR"] = 0
    alerts.evaluate_rules(EARLY, [cause(Finding(dealer.id, "Oil."))])
    assert len(digests()) == 2
