"""The share of parts that match nothing has jumped."""

from __future__ import annotations

import pytest
from flask import current_app

from tests.factories import make_run, make_run_item
from tests.webapp.alerts.evaluation import NOW, open_causes, sentence
from tests.webapp.client import ON_SQLITE
from webapp import alerts
from webapp.alerts.baseline import compare
from webapp.alerts.rules import unmatched
from webapp.extensions import db
from webapp.models import Dealer, Run, UnmatchedShare

ONLY = (unmatched.RULE,)


def run_with(dealer: Dealer, status: str = "succeeded", **codes: tuple[int, int] | None) -> Run:
    """A run that synced and skipped so many parts of each code; a code with None failed."""
    run = make_run(dealer, status)
    for code, counts in codes.items():
        synced, skipped = counts or (0, 0)
        make_run_item(run, code, "succeeded" if counts else "failed", synced=synced, skipped=skipped)
    return run


@pytest.fixture
def usual(dealer: Dealer) -> Dealer:
    """A dealer with 10 % unmatched, over and over."""
    for _ in range(4):
        run_with(dealer, TR=(180, 20))
    alerts.evaluate_rules(NOW, ONLY)
    assert open_causes() == []
    return dealer


@ON_SQLITE
@pytest.mark.parametrize(("skipped", "is_open"), [(39, False), (41, True), (200, True)])
def test_it_opens_when_the_unmatched_share_exceeds_the_baseline_by_a_tenth(
    usual: Dealer, skipped: int, is_open: bool
):
    run_with(usual, TR=(200 - skipped, skipped))
    alerts.evaluate_rules(NOW, ONLY)
    assert open_causes() == (["unmatched"] if is_open else [])


def test_it_shows_the_baseline_and_closes_when_the_share_recovers(usual: Dealer):
    number = run_with(usual, TR=(1000, 1000)).id
    alerts.evaluate_rules(NOW, ONLY)
    assert sentence("unmatched").startswith(f"Run {number} couldn't match 50% of 2,000 parts (usually 10%).")
    run_with(usual, TR=(180, 20))
    assert alerts.evaluate_rules(NOW, ONLY).closed == 1


@ON_SQLITE
def test_at_the_limit_the_alert_does_not_flap(usual: Dealer):
    run_with(usual, TR=(158, 42))
    alerts.evaluate_rules(NOW, ONLY)
    run_with(usual, TR=(162, 38))
    assert alerts.evaluate_rules(NOW, ONLY).closed == 0
    run_with(usual, TR=(172, 28))
    assert alerts.evaluate_rules(NOW, ONLY).closed == 1


@ON_SQLITE
def test_too_few_parts_open_no_alert(usual: Dealer):
    run_with(usual, TR=(10, 89))
    alerts.evaluate_rules(NOW, ONLY)
    assert open_causes() == []


@ON_SQLITE
def test_the_thresholds_are_the_deployments(usual: Dealer):
    current_app.config.update(ALERT_UNMATCHED_RISE=0.5, ALERT_UNMATCHED_MINIMUM=10)
    run_with(usual, TR=(100, 100))
    alerts.evaluate_rules(NOW, ONLY)
    assert open_causes() == []
    run_with(usual, TR=(10, 30))
    alerts.evaluate_rules(NOW, ONLY)
    assert open_causes() == ["unmatched"]


@ON_SQLITE
def test_without_enough_runs_there_is_no_baseline(dealer: Dealer):
    for _ in range(2):
        run_with(dealer, TR=(200, 0))
    run_with(dealer, TR=(0, 200))
    alerts.evaluate_rules(NOW, ONLY)
    assert open_causes() == []


def test_a_code_with_a_share_of_its_own_that_fails_once_makes_no_difference(dealer: Dealer):
    for _ in range(4):
        run_with(dealer, TR=(900, 100), PU=(100, 300))
    run_with(dealer, "partial", TR=None, PU=(100, 300))
    alerts.evaluate_rules(NOW, ONLY)
    assert open_causes() == []


@ON_SQLITE
def test_a_retry_of_one_code_says_nothing_of_the_others(usual: Dealer):
    run_with(usual, "partial", TR=(100, 100), PU=None)
    retry = run_with(usual, PU=(200, 0))
    retry.trigger = "retry"
    db.session.commit()
    alerts.evaluate_rules(NOW, ONLY)
    assert open_causes() == ["unmatched"]


@ON_SQLITE
def test_a_new_code_that_matches_nothing_is_noticed(usual: Dealer):
    run_with(usual, TR=(180, 20), PU=(0, 100))
    alerts.evaluate_rules(NOW, ONLY)
    assert open_causes() == ["unmatched"]


@ON_SQLITE
def test_a_level_that_lasts_a_week_becomes_the_baseline(usual: Dealer):
    for _ in range(6):
        run_with(usual, TR=(100, 100))
    alerts.evaluate_rules(NOW, ONLY)
    assert open_causes() == []
    assert db.session.get_one(UnmatchedShare, usual.id).usual == 0.5


@ON_SQLITE
def test_a_run_is_compared_once(usual: Dealer):
    kept = db.session.get_one(UnmatchedShare, usual.id)
    kept.share = 0.77
    db.session.commit()
    alerts.evaluate_rules(NOW, ONLY)
    assert db.session.get_one(UnmatchedShare, usual.id, populate_existing=True).share == 0.77


@ON_SQLITE
def test_runs_that_were_skipped_or_failed_are_not_compared(usual: Dealer):
    before = db.session.get_one(UnmatchedShare, usual.id).run_id
    for status in ("skipped", "failed", "cancelled", "running"):
        run_with(usual, status, TR=(0, 500))
    alerts.evaluate_rules(NOW, ONLY)
    assert db.session.get_one(UnmatchedShare, usual.id, populate_existing=True).run_id == before


def test_a_run_without_parts_has_no_share():
    assert compare({1: {}}, 1, 100).share == 0.0
    assert compare({}, 1, 100).parts == 0
