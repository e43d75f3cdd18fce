"""Slots that could not be started are recorded with the reason; slots of no dealer are not (R6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from jobs.sync.dispatch import start_due
from tests.factories import make_manufacturer
from tests.sync_harness import SyncHarness
from webapp.extensions import db
from webapp.models import Run
from webapp.runs import lifecycle

# 01:10 in Chicago, when each dealer's slot of 1:00 AM has begun.
ONE_TEN = datetime(2026, 11, 23, 7, 10, tzinfo=UTC)


@pytest.fixture
def mapped(harness: SyncHarness) -> SyncHarness:
    harness.map_code("TR", make_manufacturer("Tucker"))
    harness.set_ready_since(ONE_TEN - timedelta(hours=4))
    return harness


def recorded() -> list[tuple[int | None, str, str]]:
    rows = db.session.scalars(select(Run).order_by(Run.id))
    return [(run.slot_hour, run.status, (run.reason or "").partition(":")[2].strip()) for run in rows]


def finish_all(at: datetime) -> None:
    db.session.execute(
        db.update(Run).where(Run.status == "queued").values(status="succeeded", started_at=at, finished_at=at)
    )
    db.session.commit()


def test_slots_missed_by_a_stopped_scheduler_are_recorded_once(mapped: SyncHarness) -> None:
    start_due(ONE_TEN)
    finish_all(ONE_TEN)
    for _ in range(2):
        assert start_due(ONE_TEN + timedelta(hours=17)) == 0
    down = "00 AM on Monday, November 23, and for the two hours after."
    (_, first, _), (seven, *_), (one, status, reason) = recorded()
    assert (first, seven, one, status) == ("succeeded", 7, 13, "skipped")
    assert reason == f"our scheduler was down at 1:{down}".replace("AM", "PM")


def test_a_run_that_took_too_long_is_named_as_the_reason_once_it_has_ended(mapped: SyncHarness) -> None:
    start_due(ONE_TEN)
    later = ONE_TEN + timedelta(hours=9)
    start_due(later)
    assert [status for _, status, _ in recorded()] == ["queued"]
    finish_all(later)
    start_due(later)
    assert recorded()[1:] == [
        (7, "skipped", "another update was still running two hours after 7:00 AM on Monday, November 23.")
    ]


def test_slots_before_a_dealer_was_enabled_do_not_count(mapped: SyncHarness) -> None:
    start_due(ONE_TEN)
    finish_all(ONE_TEN)
    mapped.configuration.enabled = False
    db.session.commit()
    start_due(ONE_TEN + timedelta(hours=3))
    mapped.configuration.enabled = True
    db.session.commit()
    start_due(ONE_TEN + timedelta(hours=10))
    assert recorded() == [(1, "succeeded", "")]


def test_a_zone_in_which_the_hour_had_passed_is_named_as_the_reason(mapped: SyncHarness) -> None:
    start_due(ONE_TEN)
    finish_all(ONE_TEN)
    mapped.dealer.timezone = "Europe/Rome"
    db.session.commit()
    start_due(ONE_TEN + timedelta(hours=2))
    passed = "7:00 AM on Monday, November 23 had passed when the time zone changed to Europe/Rome."
    assert recorded()[1:] == [(7, "skipped", passed)]


def test_a_disabled_day_is_not_a_missed_slot(mapped: SyncHarness) -> None:
    start_due(ONE_TEN)
    finish_all(ONE_TEN)
    mapped.change_settings(disabled_on=["Monday"])
    start_due(ONE_TEN + timedelta(hours=9))
    missed = db.session.scalars(select(Run).order_by(Run.id.desc())).first()
    assert missed is not None
    assert missed.reason == "Updates are disabled on Monday."


def test_a_slot_with_an_active_run_beside_it_is_started_when_that_has_ended(mapped: SyncHarness) -> None:
    manual = lifecycle.record(mapped.dealer, "manual").run
    assert start_due(ONE_TEN) == 0
    lifecycle.cancel(manual)
    assert start_due(ONE_TEN + timedelta(minutes=90)) == 1
