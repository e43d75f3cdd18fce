"""No success for 13 hours: for dealers that expect runs, and since when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import current_app

from tests.factories import make_configuration, make_run
from tests.webapp.alerts.evaluation import NOW, ago, open_causes, sentence
from tests.webapp.client import ON_SQLITE
from webapp import alerts
from webapp.alerts.rules import stale
from webapp.extensions import db
from webapp.models import AlertState, Dealer, SupplierCode

ONLY = (stale.RULE,)
HOURS = timedelta(hours=1)


def watched_since(dealer: Dealer, since: datetime) -> None:
    db.session.merge(AlertState(dealer_id=dealer.id, since=since))
    db.session.commit()


@ON_SQLITE
@pytest.mark.parametrize(("hours", "is_open"), [(12.9, False), (13.1, True)])
def test_it_opens_13_hours_after_the_last_success(dealer: Dealer, hours: float, is_open: bool):
    watched_since(dealer, ago(days=9))
    make_run(dealer, "succeeded", finished_at=ago(hours=hours))
    make_run(dealer, "partial", finished_at=ago(hours=1))
    alerts.evaluate_rules(NOW, ONLY)
    assert open_causes() == (["stale"] if is_open else [])


def test_it_is_over_with_the_next_success(dealer: Dealer):
    watched_since(dealer, ago(days=9))
    make_run(dealer, "succeeded", finished_at=ago(hours=20))
    alerts.evaluate_rules(NOW, ONLY)
    assert sentence("stale") == "No update has succeeded for more than 13 hours."
    make_run(dealer, "succeeded", finished_at=NOW)
    assert alerts.evaluate_rules(NOW, ONLY).closed == 1


@ON_SQLITE
def test_a_dealer_without_any_run_gets_an_alert_13_hours_after_it_was_enabled(dealer: Dealer):
    alerts.evaluate_rules(NOW, ONLY)
    alerts.evaluate_rules(NOW + 13 * HOURS, ONLY)
    assert open_causes() == []
    alerts.evaluate_rules(NOW + 13 * HOURS + timedelta(minutes=1), ONLY)
    assert sentence("stale").startswith("No update has succeeded yet")


def test_a_dealer_that_is_enabled_again_has_another_13_hours(dealer: Dealer):
    make_run(dealer, "succeeded", finished_at=ago(days=30))
    watched_since(dealer, ago(days=60))
    make_configuration(dealer, enabled=False)
    alerts.evaluate_rules(NOW, ONLY)
    make_configuration(dealer, enabled=True)
    alerts.evaluate_rules(NOW + HOURS, ONLY)
    alerts.evaluate_rules(NOW + 14 * HOURS, ONLY)
    assert open_causes() == []
    alerts.evaluate_rules(NOW + 14.1 * HOURS, ONLY)
    assert open_causes() == ["stale"]


@ON_SQLITE
def test_a_dealer_without_supplier_codes_is_not_expected_to_run(dealer: Dealer):
    watched_since(dealer, ago(days=9))
    make_run(dealer, "succeeded", finished_at=ago(days=2))
    alerts.evaluate_rules(NOW, ONLY)
    db.session.execute(db.delete(SupplierCode))
    db.session.commit()
    assert alerts.evaluate_rules(NOW, ONLY).closed == 1
    assert db.session.scalar(db.select(AlertState)) is None


@ON_SQLITE
def test_time_on_disabled_days_does_not_count(dealer: Dealer):
    # Monday, November 23, 2026, 09:00 in Chicago; Sunday is disabled, the last success was Saturday at 19:00.
    now = datetime(2026, 11, 23, 15, tzinfo=UTC)
    make_configuration(dealer, disabled_days=1 << 6)
    watched_since(dealer, now - timedelta(days=9))
    make_run(dealer, "succeeded", finished_at=datetime(2026, 11, 22, 1, tzinfo=UTC))
    # Five hours of Saturday were left; with eight of Monday it is thirteen.
    alerts.evaluate_rules(datetime(2026, 11, 23, 14, tzinfo=UTC), ONLY)
    assert open_causes() == []
    alerts.evaluate_rules(datetime(2026, 11, 23, 14, 1, tzinfo=UTC), ONLY)
    assert sentence("stale") == "No update has succeeded for more than 13 hours. Disabled days don't count."


@ON_SQLITE
def test_a_dealer_disabled_on_every_day_gets_no_alert(dealer: Dealer):
    make_configuration(dealer, disabled_days=127)
    watched_since(dealer, ago(days=90))
    alerts.evaluate_rules(NOW, ONLY)
    assert open_causes() == []


@pytest.mark.parametrize(
    ("hours", "limit"), [((1, 7, 13, 19), 13), ((1, 7), 25), ((3,), 49), ((0, 12), 25), (range(24), 3)]
)
def test_how_long_it_may_take_follows_the_hours_of_the_schedule(hours: tuple[int, ...], limit: int):
    assert stale.stale_after(hours) == limit * HOURS


@ON_SQLITE
def test_the_sentence_says_the_deployments_own_limit(dealer: Dealer):
    current_app.config["SYNC_HOURS"] = (1, 7)
    watched_since(dealer, ago(days=9))
    make_run(dealer, "succeeded", finished_at=ago(hours=24))
    alerts.evaluate_rules(NOW, ONLY)
    assert open_causes() == []
    alerts.evaluate_rules(NOW + 2 * HOURS, ONLY)
    assert "more than 25 hours" in sentence("stale")
