"""Evaluation of the alert rules: one alert for each episode, also when evaluations run concurrently."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import select, text

from tests.factories import make_alert_recipients, make_dealer, make_run
from tests.webapp.alerts.evaluation import NOW, open_causes, sentence, told
from webapp import alerts
from webapp.alerts import RULES, AlertRule, Finding
from webapp.extensions import db
from webapp.models import Alert, Dealer


def cause(*found: Finding, name: str = "leak") -> AlertRule:
    """A cause that holds at these places."""
    return AlertRule(name, "Leak", "warning", "It is dry again.", lambda _now: found)


def rows() -> list[tuple[str, bool]]:
    """Subject of each alert, and whether it is open."""
    found = db.session.execute(select(Alert.subject, Alert.closed_at.is_(None)).order_by(Alert.id)).all()
    db.session.rollback()
    return [(subject, bool(is_open)) for subject, is_open in found]


def test_an_alert_is_sent_once_and_once_more_when_it_closes(dealer: Dealer, mail: None):
    make_alert_recipients(
        dealer, "parts@prairie.example.com", webhook="https://hooks.example.com/secret-path"
    )
    leak = cause(Finding(dealer.id, "Oil is leaking."))
    assert [alerts.evaluate_rules(NOW, [leak]).opened for _ in range(3)] == [1, 0, 0]
    ways = [("email", "parts@prairie.example.com"), ("webhook", "hooks.example.com")]
    assert told() == [("opened", *way) for way in ways]
    assert [alerts.evaluate_rules(NOW, [cause()]).closed for _ in range(3)] == [1, 0, 0]
    assert told()[2:] == [("recovered", *way) for way in ways]


def test_a_second_alert_is_sent_again(dealer: Dealer, mail: None):
    make_alert_recipients(dealer, "parts@prairie.example.com")
    leak = cause(Finding(dealer.id, "Oil is leaking."))
    for causes in ([leak], [cause()], [leak], [cause()]):
        alerts.evaluate_rules(NOW, causes)
    assert [event for event, *_ in told()] == ["opened", "recovered"] * 2
    assert rows() == [("", False), ("", False)]


def test_each_subject_and_each_dealer_has_its_own_alert(dealer: Dealer):
    other = make_dealer("Lakeside Cycle")
    places = [Finding(dealer.id, "TR leaks.", "TR"), Finding(dealer.id, "PU leaks.", "PU")]
    alerts.evaluate_rules(
        NOW, [cause(*places, Finding(other.id, "TR leaks.", "TR"), Finding(None, "All leak.", "TR"))]
    )
    alerts.evaluate_rules(NOW, [cause(places[1])])
    assert sorted(rows()) == [("PU", True), ("TR", False), ("TR", False), ("TR", False)]


def test_a_changed_text_is_stored_and_not_sent(dealer: Dealer, mail: None):
    make_alert_recipients(dealer, "parts@prairie.example.com")
    alerts.evaluate_rules(NOW, [cause(Finding(dealer.id, "A drop."))])
    alerts.evaluate_rules(NOW, [cause(Finding(dealer.id, "A puddle."))])
    assert sentence("leak") == "A puddle."
    assert len(told()) == 1


def test_a_cause_that_breaks_keeps_its_alerts_and_stops_no_other(dealer: Dealer):
    def broken(_now: datetime) -> Iterable[Finding]:
        db.session.execute(text("SELECT nonsense FROM nowhere"))
        return ()

    alerts.evaluate_rules(NOW, [cause(Finding(dealer.id, "Oil."))])
    round_ = alerts.evaluate_rules(
        NOW,
        [
            AlertRule("leak", "Leak", "warning", "Dry.", broken),
            cause(Finding(dealer.id, "Ice."), name="frost"),
        ],
    )
    assert round_ == alerts.Evaluation(opened=1, closed=0, failed=("leak",))
    assert sorted(open_causes()) == ["frost", "leak"]


def test_concurrent_evaluations_open_one_alert_and_send_it_once(app: Flask, dealer: Dealer, mail: None):
    make_alert_recipients(dealer, "parts@prairie.example.com")
    dealer_id, together, results = dealer.id, threading.Barrier(4), []
    db.session.rollback()

    def at_once(causes: list[AlertRule]) -> None:
        with app.app_context():
            together.wait()
            results.append(alerts.evaluate_rules(NOW, causes))

    def four(causes: list[AlertRule]) -> list[tuple[int, int]]:
        results.clear()
        threads = [threading.Thread(target=at_once, args=(causes,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted((each.opened, each.closed) for each in results)

    leak = cause(*(Finding(dealer_id, f"{code} leaks.", code) for code in "ABCDE"))
    assert sum(opened for opened, _ in four([leak])) == 5
    assert len(rows()) == 5
    assert len(told()) == 5
    assert sum(closed for _, closed in four([cause()])) == 5
    assert len(told()) == 10


def test_no_rule_opens_an_alert_for_a_healthy_dealer(dealer: Dealer):
    make_run(dealer, "succeeded", finished_at=NOW)
    assert alerts.evaluate_rules(NOW + timedelta(hours=1)) == alerts.Evaluation(0, 0, ())


def test_every_cause_has_a_name_of_its_own_and_words():
    assert len({one.name for one in RULES}) == len(RULES)
    for one in RULES:
        assert one.tone in ("danger", "warning")
        assert one.label
        assert one.over.endswith(".")
    assert alerts.rule_of("forgotten").label == "Forgotten"
