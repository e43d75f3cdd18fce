"""Which dealers are scanned at night (R20)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from tests.factories import make_code_scan, make_configuration, make_dealer
from webapp.code_discovery import weekly_scans
from webapp.core import clock
from webapp.extensions import db
from webapp.models import CodeScan, Configuration, Dealer

# 2:30 AM in Chicago.
NIGHT = datetime(2026, 12, 1, 8, 30, tzinfo=UTC)


@pytest.fixture
def dealer(app: Flask) -> Dealer:
    return ready(make_dealer())


def ready(dealer: Dealer) -> Dealer:
    make_configuration(dealer)
    db.session.get_one(Configuration, dealer.id).ready_since = NIGHT - timedelta(days=30)
    db.session.commit()
    return dealer


def scanned(dealer: Dealer, ago: timedelta, status: str = "succeeded", **fields: Any) -> None:
    make_code_scan(dealer, status, queued_at=NIGHT - ago, **fields)


def test_a_dealer_is_scanned_at_night_in_its_own_time_zone(dealer: Dealer):
    ready(make_dealer("Pacific", "America/Los_Angeles"))

    assert weekly_scans.start_due(NIGHT) == 1
    row = db.session.scalars(db.select(CodeScan)).one()
    assert (row.dealer_id, row.trigger, row.status) == (dealer.id, "weekly", "queued")
    assert weekly_scans.start_due(NIGHT) == 0


@pytest.mark.parametrize(
    ("ago", "status", "is_due"),
    [
        (timedelta(days=7, minutes=-5), "succeeded", True),
        (timedelta(days=6), "succeeded", False),
        (timedelta(days=1), "failed", True),
        (timedelta(hours=1), "failed", False),
        (timedelta(days=30), "running", False),
    ],
)
def test_each_dealer_is_scanned_once_a_week_and_again_the_night_after_a_failure(
    dealer: Dealer, ago: timedelta, status: str, is_due: bool
):
    scanned(dealer, ago, status)

    assert weekly_scans.start_due(NIGHT) == int(is_due)


def test_dealers_that_are_closed_or_not_ready_are_left_alone(dealer: Dealer):
    dealer.closed_at = clock.now()
    make_configuration(make_dealer("New"))
    db.session.commit()

    assert weekly_scans.start_due(NIGHT) == 0


def test_a_large_fleet_is_spread_over_the_night(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(weekly_scans, "AT_ONCE", 1)
    ready(make_dealer("Second"))

    assert [weekly_scans.start_due(NIGHT) for _ in range(3)] == [1, 1, 0]
