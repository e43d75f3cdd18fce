"""The next step on a dealer's home page: exactly one, the most urgent first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from webapp.core.enums import CHECK_STATES
from webapp.dealers.next_step import next_step
from webapp.dealers.situation import Hold, LastRun, Situation

HOLD = Hold(7, "KA")
# Everything is wrong at once; each step settles what it is about, and the next one follows.
WORST = Situation(
    is_enabled=False,
    check_state="refused",
    has_codes=False,
    hold=HOLD,
    has_stock=False,
    last=LastRun(9, is_active=True, is_failed=True, is_partial=True),
    is_stale=True,
    received=1_000,
    skipped=50,
    has_alerts=True,
    next_update="at 1:00 PM",
)
ORDER: list[tuple[dict[str, Any], str, str]] = [
    ({}, "Connect to Lightspeed", "lightspeed.show"),
    ({"is_enabled": True}, "Fix your 3PA credentials", "lightspeed.show"),
    ({"check_state": "connected"}, "Add your supplier codes", "setup.show"),
    ({"has_codes": True}, "Decide about KA", "runs.show"),
    ({"hold": None}, "Wait for the update", "runs.show"),
    ({"last": LastRun(9, is_failed=True, is_partial=True)}, "Run your first update", "queue.new"),
    ({"has_stock": True}, "See why the update failed", "runs.show"),
    ({"last": LastRun(9, is_partial=True)}, "Update your stock", "queue.new"),
    ({"is_stale": False}, "See what wasn’t updated", "runs.show"),
    ({"last": LastRun(9)}, "Review skipped parts", "skipped.index"),
    ({"skipped": 49}, "Review open alerts", "alerts.show"),
    ({"has_alerts": False}, "Nothing to do", ""),
]


def test_the_steps_follow_one_another_as_each_is_done() -> None:
    situation = WORST
    for change, label, endpoint in ORDER:
        situation = replace(situation, **change)
        step = next_step(situation)
        assert (step.label, step.endpoint) == (label, endpoint)
        assert bool(step.link) is bool(step.endpoint)


@pytest.mark.parametrize(
    ("change", "label", "said"),
    [
        ({"in_organization": True}, "Connect to Lightspeed", "Enter your 3PA Dealer ID."),
        ({}, "Connect to Lightspeed", "Enter your 3PA credentials."),
        ({"has_stock": True}, "Turn Lightspeed on", "is off, so your stock isn’t updated"),
        ({"is_enabled": True, "check_state": "checking"}, "Wait for the check", "less than two minutes"),
        ({"is_enabled": True, "check_state": "unchecked"}, "Connect to Lightspeed", "credentials"),
        ({"is_enabled": True, "in_organization": True}, "Check the connection", "your organization’s"),
    ],
)
def test_what_connects_depends_on_who_has_the_credentials_and_what_is_missing(
    change: dict[str, Any], label: str, said: str
) -> None:
    step = next_step(replace(WORST, **change))
    assert step.label == label
    assert said in step.sentence


@pytest.mark.parametrize("check_state", CHECK_STATES)
def test_every_check_state_has_a_step(check_state: str) -> None:
    assert next_step(Situation(check_state=check_state)).label


def test_a_decision_leads_to_the_run_that_held_the_clearing() -> None:
    step = next_step(Situation(hold=HOLD, last=LastRun(9)))
    assert (step.label, step.values) == ("Decide about KA", {"run_id": 7})


def test_a_running_update_says_how_long_it_takes_and_is_no_action() -> None:
    step = next_step(Situation(last=LastRun(9, is_active=True, remaining="About 2 minutes left")))
    assert step.sentence == "About 2 minutes left. You can leave this page."
    assert not step.is_action


def test_on_a_disabled_day_the_first_update_can_be_run_anyway() -> None:
    assert "off on Mondays" in next_step(Situation(has_stock=False, disabled_day="Monday")).sentence


def test_a_failure_says_when_it_is_retried() -> None:
    step = next_step(Situation(last=LastRun(9, is_failed=True, retry="at 1:28 PM")))
    assert step.sentence == "No stock was updated. Retrying at 1:28 PM."


def test_with_nothing_to_do_the_next_update_is_named() -> None:
    step = next_step(Situation(next_update="at 1:00 PM"))
    assert step.sentence == "Your stock updates automatically. Next update at 1:00 PM."
    assert next_step(Situation()).sentence == "Queue an update whenever you need one."
