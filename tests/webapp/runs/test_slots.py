"""When scheduled runs are due (R6)."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulation.calendar import slot_starts
from webapp.runs import slots
from webapp.runs.lifecycle import Slot

HOURS = (1, 7, 13, 19)
NONE = timedelta(0)
CHICAGO = ZoneInfo("America/Chicago")
ZONES = [
    "America/Chicago",
    "America/St_Johns",
    "Antarctica/Troll",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/London",
    "Pacific/Chatham",
]


def at(text: str, zone: ZoneInfo = CHICAGO) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "slot"),
    [
        ("2026-11-23T00:59", Slot(date(2026, 11, 22), 19)),
        ("2026-11-23T01:00", Slot(date(2026, 11, 23), 1)),
        ("2026-11-23T06:59", Slot(date(2026, 11, 23), 1)),
        ("2026-11-23T19:30", Slot(date(2026, 11, 23), 19)),
    ],
)
def test_a_slot_starts_with_its_hour_in_the_dealers_time_zone(moment: str, slot: Slot) -> None:
    assert slots.last_begun(at(moment), CHICAGO, HOURS, NONE) == slot


def test_runs_after_a_slot_are_ordered_by_their_start() -> None:
    after = Slot(date(2026, 11, 22), 19)
    assert slots.begun(at("2026-11-23T07:01"), CHICAGO, HOURS, timedelta(minutes=2), after) == [
        (at("2026-11-23T01:02"), Slot(date(2026, 11, 23), 1))
    ]


def test_a_dealers_start_is_delayed_by_its_own_share_of_five_minutes() -> None:
    delays = [slots.delay(dealer_id) for dealer_id in range(1, 1001)]
    assert min(delays) >= NONE
    assert max(delays) < timedelta(minutes=5)
    fullest = max(Counter(delay.seconds // 60 for delay in delays).values())
    assert fullest < 300
    begun = slots.last_begun(at("2026-11-23T01:02"), CHICAGO, HOURS, timedelta(minutes=3))
    assert begun == Slot(date(2026, 11, 22), 19)


def test_an_hour_that_the_clocks_skip_begins_when_they_were_put_forward() -> None:
    skipped = Slot(date(2027, 3, 14), 2)
    assert slots.moment(skipped, CHICAGO) == at("2027-03-14T03:00")


def test_an_hour_that_comes_twice_begins_the_first_time() -> None:
    twice = Slot(date(2026, 11, 1), 1)
    assert slots.moment(twice, CHICAGO) == datetime(2026, 11, 1, 6, 0, tzinfo=UTC)


def test_the_next_start_is_the_next_slot_of_the_dealers_own_clock() -> None:
    assert slots.upcoming(at("2026-11-23T19:00"), CHICAGO, HOURS, NONE) == at("2026-11-24T01:00")


def test_hours_of_a_clock_gap_start_together_at_its_end_and_never_after_a_later_hour() -> None:
    """In Troll the clocks are put forward by two hours, on Lord Howe by half an hour."""
    troll, lord_howe = ZoneInfo("Antarctica/Troll"), ZoneInfo("Australia/Lord_Howe")
    day = date(2026, 3, 29)
    assert [slots.moment(Slot(day, hour), troll) for hour in (1, 2, 3)] == [at("2026-03-29T03:00", troll)] * 3
    assert slots.moment(Slot(date(2026, 10, 4), 2), lord_howe) == at("2026-10-04T02:30", lord_howe)


def test_a_day_that_a_zone_left_out_begins_with_the_next_one() -> None:
    apia = ZoneInfo("Pacific/Apia")
    left_out = [slots.moment(Slot(date(2011, 12, 30), hour), apia) for hour in HOURS]
    assert left_out == [at("2011-12-31T00:00", apia)] * 4


@settings(max_examples=25)
@given(
    zone=st.sampled_from(ZONES),
    start=st.datetimes(datetime(2019, 1, 1), datetime(2038, 1, 1)),
    hours=st.sets(st.integers(0, 23), min_size=1, max_size=6),
)
def test_slots_start_when_the_local_time_reaches_their_hour(
    zone: str, start: datetime, hours: set[int]
) -> None:
    first = start.replace(tzinfo=UTC)
    seen = slot_starts(ZoneInfo(zone), hours, first, first + timedelta(days=20))
    assert seen == {slot: slots.moment(slot, ZoneInfo(zone)) for slot in seen}
    assert len(seen) >= 18 * len(hours)
