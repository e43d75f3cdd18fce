"""Refused credentials: by a check, or by a run since then."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import make_configuration, make_run, make_run_item
from tests.webapp.alerts.evaluation import NOW, ago, open_causes, sentence
from tests.webapp.client import ON_SQLITE
from webapp import alerts
from webapp.alerts.rules import refused
from webapp.models import Dealer

ONLY = (refused.RULE,)


@ON_SQLITE
def test_a_check_that_was_refused_opens_it_with_the_reason(dealer: Dealer):
    make_configuration(dealer, check_state="refused", check_reason="The password has expired.")
    alerts.evaluate_rules(NOW, ONLY)
    assert open_causes() == ["refused"]
    assert sentence("refused") == "The password has expired."


@ON_SQLITE
@pytest.mark.parametrize("fields", [{"check_state": "connected"}, {"enabled": False}])
def test_it_is_over_when_the_login_works_or_is_not_used_any_more(dealer: Dealer, fields: dict[str, object]):
    make_configuration(dealer, check_state="refused")
    alerts.evaluate_rules(NOW, ONLY)
    make_configuration(dealer, **fields)
    assert alerts.evaluate_rules(NOW, ONLY).closed == 1
    assert open_causes() == []


@ON_SQLITE
def test_during_a_check_open_alerts_stay_open_and_none_opens(dealer: Dealer):
    make_configuration(dealer, check_state="checking")
    alerts.evaluate_rules(NOW, ONLY)
    assert open_causes() == []
    make_configuration(dealer, check_state="refused", check_reason="Wrong password.")
    alerts.evaluate_rules(NOW, ONLY)
    make_configuration(dealer, check_state="checking", check_reason=None)
    round_ = alerts.evaluate_rules(NOW, ONLY)
    assert (round_.opened, round_.closed) == (0, 0)
    assert sentence("refused") == "Wrong password."


def test_a_run_that_was_refused_after_the_last_check_opens_it_and_a_later_check_closes_it(dealer: Dealer):
    make_configuration(dealer, checked_at=ago(days=3))
    run = make_run(dealer, "failed", finished_at=ago(hours=1))
    make_run_item(run, "TR", "failed", error_kind="account", error="Lightspeed did not accept the login.")
    alerts.evaluate_rules(NOW, ONLY)
    assert sentence("refused") == "Lightspeed did not accept the login."
    make_configuration(dealer, checked_at=NOW - timedelta(minutes=1))
    alerts.evaluate_rules(NOW, ONLY)
    assert open_causes() == []


@ON_SQLITE
@pytest.mark.parametrize(("status", "kind"), [("failed", "transient"), ("partial", "account")])
def test_other_failures_say_nothing_of_the_login(dealer: Dealer, status: str, kind: str):
    make_configuration(dealer, checked_at=ago(days=3))
    run = make_run(dealer, status, finished_at=ago(hours=1))
    make_run_item(run, "TR", "failed", error_kind=kind, error="No.")
    alerts.evaluate_rules(NOW, ONLY)
    assert open_causes() == []


@ON_SQLITE
def test_a_run_that_succeeded_since_says_that_the_login_works(dealer: Dealer):
    make_configuration(dealer, checked_at=ago(days=3))
    run = make_run(dealer, "failed", finished_at=ago(hours=7))
    make_run_item(run, "TR", "failed", error_kind="account", error="No.")
    make_run(dealer, "succeeded", finished_at=ago(hours=1))
    alerts.evaluate_rules(NOW, ONLY)
    assert open_causes() == []
