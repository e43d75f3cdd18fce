"""Which slots count for a dealer: those after it became ready, unless it was synced by hand since (R6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import select

from jobs.sync.dispatch import start_due
from tests.factories import make_manufacturer
from tests.sync_harness import SyncHarness
from webapp.extensions import db
from webapp.models import Run, SlotLedgerEntry
from webapp.runs import lifecycle, readiness
from webapp.runs.next_run import next_run
from webapp.runs.slots import delay

CHICAGO = ZoneInfo("America/Chicago")


def at(hour: int, minute: int = 0, day: int = 23, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=CHICAGO).astimezone(UTC)


@pytest.fixture
def mapped(harness: SyncHarness) -> SyncHarness:
    harness.map_code("TR", make_manufacturer("Tucker"))
    return harness


def ran() -> list[tuple[str, int | None, str]]:
    rows = db.session.scalars(select(Run).order_by(Run.id).execution_options(populate_existing=True))
    return [(run.trigger, run.slot_hour, run.status) for run in rows]


def told(harness: SyncHarness, now: datetime) -> datetime | None:
    """The next run as the pages tell it, on the dealer's clock without its delay."""
    last = db.session.scalars(select(Run).order_by(Run.id.desc())).first()
    with time_machine.travel(now, tick=False):
        start = next_run(harness.dealer, harness.configuration, last)
    return start and (start - delay(harness.dealer.id)).astimezone(CHICAGO)


def by_hand(harness: SyncHarness, queued: datetime, started: datetime | None, trigger: str = "manual") -> Run:
    run = lifecycle.record(harness.dealer, trigger).run
    run.queued_at, run.started_at = queued, started
    db.session.commit()
    return run


def finish(run: Run, when: datetime, status: str = "succeeded") -> None:
    run.status, run.finished_at = status, when
    db.session.commit()


def test_a_first_code_saved_at_1_21_pm_skips_the_1_pm_run_and_gets_the_7_pm_run(harness: SyncHarness) -> None:
    maker = make_manufacturer("Tucker")
    start_due(at(13, 10))
    harness.map_code("TR", maker)
    harness.configuration.ready_since = None
    readiness.reconcile(at(13, 21))
    assert told(harness, at(13, 21)) == at(19)
    for now in (at(13, 22), at(14, 59), at(16), at(18, 59)):
        assert start_due(now) == 0
    assert ran() == []
    assert start_due(at(19, 6)) == 1
    assert ran() == [("scheduled", 19, "queued")]


def test_ready_within_the_spread_of_starts_is_after_the_slot_began(mapped: SyncHarness) -> None:
    mapped.set_ready_since(at(13, 0) + timedelta(seconds=1))
    assert told(mapped, at(13, 0) + timedelta(seconds=2)) == at(19)
    assert start_due(at(13, 10)) == 0
    assert ran() == []


def test_ready_just_before_the_slot_is_in_time(mapped: SyncHarness) -> None:
    mapped.set_ready_since(at(12, 59))
    assert told(mapped, at(12, 59)) == at(13)
    assert start_due(at(13, 10)) == 1
    assert ran() == [("scheduled", 13, "queued")]


def test_a_scheduler_that_was_down_since_the_dealer_became_ready_records_what_counts(
    mapped: SyncHarness,
) -> None:
    mapped.set_ready_since(at(6, 30))
    assert start_due(at(16)) == 0
    assert ran() == [("scheduled", 7, "skipped"), ("scheduled", 13, "skipped")]


def test_codes_that_were_away_for_a_while_leave_no_slots_of_that_time(mapped: SyncHarness) -> None:
    mapped.set_ready_since(at(0, 30))
    start_due(at(1, 10))
    finish(db.session.scalars(select(Run)).one(), at(1, 20))
    # No tick saw that the dealer was not ready from before 7 AM until 1:21 PM.
    mapped.set_ready_since(at(13, 21))
    assert start_due(at(13, 30)) == 0
    assert ran() == [("scheduled", 1, "succeeded")]


@pytest.mark.parametrize("trigger", ["manual", "command"])
def test_a_run_queued_at_1_05_pm_takes_the_place_of_the_slot(mapped: SyncHarness, trigger: str) -> None:
    mapped.set_ready_since(at(8))
    run = by_hand(mapped, at(13, 5), at(13, 6), trigger)
    assert start_due(at(13, 7)) == 0
    finish(run, at(13, 15))
    assert told(mapped, at(13, 20)) == at(19)
    assert start_due(at(13, 20)) == 0
    assert ran() == [(trigger, None, "succeeded"), ("scheduled", 13, "skipped")]
    skipped = db.session.scalars(select(Run).where(Run.status == "skipped")).one()
    assert skipped.reason == (
        "Skipped: due at 1:00 PM on Monday, November 23, but an update was started manually at 1:06 PM."
    )
    account = db.session.scalars(select(SlotLedgerEntry)).one()
    assert account.slot_hour == 13
    assert start_due(at(14, 30)) == 0
    assert start_due(at(19, 10)) == 1


def test_the_page_skips_a_slot_that_a_manual_run_replaced(mapped: SyncHarness) -> None:
    mapped.set_ready_since(at(8))
    begin = at(13) + timedelta(seconds=1)
    finish(by_hand(mapped, begin, begin), begin)
    assert told(mapped, begin) == at(19)


@pytest.mark.parametrize(
    ("queued", "started", "status"),
    [
        # It began before the slot did.
        (at(12, 50), at(12, 55), "succeeded"),
        # It never began.
        (at(13, 5), None, "cancelled"),
        (at(13, 5), None, "skipped"),
    ],
)
def test_a_run_that_is_not_a_substitute_leaves_the_slot(
    mapped: SyncHarness, queued: datetime, started: datetime | None, status: str
) -> None:
    mapped.set_ready_since(at(8))
    finish(by_hand(mapped, queued, started), at(13, 8), status)
    assert start_due(at(13, 20)) == 1


def test_a_run_that_waited_in_the_queue_until_the_slot_had_begun_takes_its_place(mapped: SyncHarness) -> None:
    mapped.set_ready_since(at(8))
    finish(by_hand(mapped, at(12, 55), at(13, 2)), at(13, 8))
    assert start_due(at(13, 20)) == 0


def test_a_later_run_of_failed_codes_does_not_hide_the_manual_run(mapped: SyncHarness) -> None:
    mapped.set_ready_since(at(8))
    manual = by_hand(mapped, at(13, 5), at(13, 5))
    finish(manual, at(13, 8), "partial")
    retry = lifecycle.record(mapped.dealer, "retry", retry_of=manual).run
    retry.queued_at = retry.started_at = at(13, 10)
    finish(retry, at(13, 12))
    assert start_due(at(13, 20)) == 0
    assert ran()[-1] == ("scheduled", 13, "skipped")


def test_a_slot_missed_long_before_a_manual_run_has_its_own_reason(mapped: SyncHarness) -> None:
    mapped.set_ready_since(at(0, 30))
    finish(by_hand(mapped, at(8, 30), at(8, 30)), at(8, 40))
    start_due(at(10))
    reasons = {run.slot_hour: run.reason or "" for run in db.session.scalars(select(Run))}
    assert "our scheduler was down at 1:00 AM" in reasons[1]
    assert "started manually at 8:30 AM" in reasons[7]


def test_the_hour_that_clocks_repeat_counts_from_its_first_time(mapped: SyncHarness) -> None:
    """On November 1, 1:00 AM comes twice in Chicago: 06:00 and 07:00 UTC."""
    mapped.set_ready_since(datetime(2026, 11, 1, 6, 30, tzinfo=UTC))
    assert start_due(datetime(2026, 11, 1, 7, 10, tzinfo=UTC)) == 0
    assert ran() == []


def test_a_moved_dealer_is_evaluated_in_its_new_time_zone(mapped: SyncHarness) -> None:
    """Ready at 1:21 PM in Chicago, which is 12:21 PM in Denver: the slot of 1:00 PM is yet to come there."""
    mapped.set_ready_since(at(13, 21))
    start_due(at(13, 22))
    mapped.dealer.timezone = "America/Denver"
    db.session.commit()
    assert start_due(at(14, 10)) == 1
    assert ran() == [("scheduled", 13, "queued")]
