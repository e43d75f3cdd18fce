"""The last two runs failed or were partial."""

from __future__ import annotations

import pytest

from tests.factories import make_configuration, make_dealer, make_run
from tests.webapp.alerts.evaluation import NOW, open_causes, sentence
from tests.webapp.client import ON_SQLITE
from webapp import alerts
from webapp.alerts.rules import failing
from webapp.models import Dealer

ONLY = (failing.RULE,)


@ON_SQLITE
@pytest.mark.parametrize(
    ("runs", "is_open"),
    [
        ("", False),
        ("failed", False),
        ("failed failed", True),
        ("partial failed", True),
        ("failed partial", True),
        ("partial partial", True),
        ("failed succeeded", False),
        ("failed failed succeeded", False),
        ("succeeded failed", False),
        ("failed skipped failed", True),
        ("failed cancelled skipped cancelled partial skipped", True),
        ("skipped cancelled failed", False),
        ("failed failed running", True),
        ("failed queued", False),
    ],
)
def test_it_opens_after_two_bad_runs_whatever_was_skipped_or_cancelled_between(
    dealer: Dealer, runs: str, is_open: bool
):
    for status in runs.split():
        make_run(dealer, status)
    alerts.evaluate_rules(NOW, ONLY)
    assert open_causes() == (["failing"] if is_open else [])


def test_it_says_which_runs_and_why_and_is_over_after_a_success(dealer: Dealer):
    make_run(make_dealer("Lakeside Cycle"), "failed")
    first, second = make_run(dealer, "failed").id, make_run(dealer, "partial", reason="PU failed.").id
    alerts.evaluate_rules(NOW, ONLY)
    said = f"The last two runs had problems: run {first} failed, then run {second} was partial. PU failed."
    assert sentence("failing") == said
    make_run(dealer, "succeeded")
    assert alerts.evaluate_rules(NOW, ONLY).closed == 1


@ON_SQLITE
@pytest.mark.parametrize(
    ("runs", "is_open"),
    [
        ("partial retry-failed retry-partial", False),
        ("partial retry-failed failed", True),
        ("partial retry-succeeded failed", False),
        ("failed failed retry-succeeded", False),
    ],
)
def test_a_retry_counts_only_if_it_succeeded(dealer: Dealer, runs: str, is_open: bool):
    for run in runs.split():
        trigger, _, status = run.rpartition("-")
        make_run(dealer, status, trigger=trigger or "scheduled")
    alerts.evaluate_rules(NOW, ONLY)
    assert open_causes() == (["failing"] if is_open else [])


@ON_SQLITE
def test_a_third_failed_run_updates_the_text_and_opens_nothing(dealer: Dealer):
    for _ in range(2):
        make_run(dealer, "failed")
    alerts.evaluate_rules(NOW, ONLY)
    third = make_run(dealer, "failed", reason="Too busy.").id
    assert alerts.evaluate_rules(NOW, ONLY).opened == 0
    assert sentence("failing").endswith(f"run {third} failed. Too busy.")


@ON_SQLITE
def test_a_dealer_that_is_not_enabled_is_left_alone(dealer: Dealer):
    make_configuration(dealer, enabled=False)
    for _ in range(2):
        make_run(dealer, "failed")
    alerts.evaluate_rules(NOW, ONLY)
    assert open_causes() == []


@ON_SQLITE
@pytest.mark.parametrize(
    ("first", "second", "is_open"),
    [
        ("PU failed.", "On hold for your approval: TR: 5 of 5 products would go to zero.", False),
        ("On hold for your approval: TR: 5 of 5 products would go to zero.", "PU failed.", False),
        ("PU failed.", "PU failed. On hold for your approval: TR: 5 of 5 products would go to zero.", True),
    ],
)
def test_a_run_that_only_put_something_on_hold_is_not_bad(
    dealer: Dealer, first: str, second: str, is_open: bool
):
    for reason in (first, second):
        make_run(dealer, "partial", reason=reason)
    alerts.evaluate_rules(NOW, ONLY)
    assert open_causes() == (["failing"] if is_open else [])
    if is_open:
        assert sentence("failing").endswith("was partial. PU failed.")
