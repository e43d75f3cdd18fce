"""The alert loop: one evaluation a minute and the messages that are due, whatever fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from jobs import shutdown
from jobs.notifications import alert_loop
from tests.factories import make_alert_recipients, make_configuration
from tests.jobs.notifications.receivers import Kept
from tests.webapp.alerts.evaluation import open_causes
from tests.webapp.client import ON_SQLITE
from webapp import alerts
from webapp.models import Dealer
from webapp.web import job_heartbeats


@pytest.fixture(autouse=True)
def not_stopped() -> Iterator[None]:
    yield
    shutdown.forget()


def looks(count: int) -> Callable[[float], None]:
    """A pause that ends the watch after so many looks."""
    left = iter(range(count - 1))

    def pause(_seconds: float) -> None:
        if next(left, None) is None:
            shutdown.request()

    return pause


def test_alerts_are_opened_and_sent_without_redis(app: Flask, dealer: Dealer, mailed: Kept):
    assert app.config["REDIS_URL"] is None
    make_alert_recipients(dealer, "parts@prairie.example.com")
    make_configuration(dealer, check_state="refused", check_reason="The password has expired.")
    alert_loop.run_loop(app, looks(2))
    assert open_causes() == ["refused"]
    assert mailed.subjects == ["Prairie Powersports: Credentials refused"]
    assert job_heartbeats.last_completion(job_heartbeats.ALERTS) is not None


@ON_SQLITE
def test_alerts_are_evaluated_once_a_minute(app: Flask, monkeypatch: pytest.MonkeyPatch):
    taken: list[int] = []
    monkeypatch.setattr(alert_loop, "_round", lambda: taken.append(1))
    alert_loop.run_loop(app, looks(5))
    assert len(taken) == 1
    monkeypatch.setattr(alert_loop, "ROUND_EVERY", 0.0)
    shutdown.forget()
    alert_loop.run_loop(app, looks(5))
    assert len(taken) == 6


@ON_SQLITE
def test_a_database_that_fails_ends_nothing(
    app: Flask, dealer: Dealer, mailed: Kept, monkeypatch: pytest.MonkeyPatch
):
    make_alert_recipients(dealer, "parts@prairie.example.com")
    make_configuration(dealer, check_state="refused")
    failures = iter([True, True, False])
    evaluate_rules = alerts.evaluate_rules

    def fail_first() -> object:
        if next(failures, False):
            raise OperationalError("SELECT 1", {}, Exception("the database is away"))
        return evaluate_rules()

    monkeypatch.setattr(alert_loop, "ROUND_EVERY", 0.0)
    monkeypatch.setattr(alert_loop.alerts, "evaluate_rules", fail_first)
    alert_loop.run_loop(app, looks(4))
    assert len(mailed.messages) == 1


@ON_SQLITE
def test_a_failed_delivery_is_retried_by_the_next_pass_only(app: Flask, monkeypatch: pytest.MonkeyPatch):
    tried: list[int] = []

    def fail(_stop: object) -> int:
        tried.append(1)
        raise OperationalError("SELECT 1", {}, Exception("the database is away"))

    monkeypatch.setattr(alert_loop.sender, "deliver_due", fail)
    alert_loop.run_loop(app, looks(5))
    assert len(tried) == 1
    monkeypatch.setattr(alert_loop, "ROUND_EVERY", 0.0)
    shutdown.forget()
    alert_loop.run_loop(app, looks(3))
    assert len(tried) == 4
