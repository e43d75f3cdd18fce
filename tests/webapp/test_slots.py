"""When scheduled runs are due (R6)."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp import slots
from webapp.runs import Slot

HOURS = (1, 7, 13, 19)
NONE = timedelta(0)
CHICAGO = ZoneInfo("America/Chicago")
ZONES = ["America/Chicago", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns"]


def at(text: str, zone: ZoneInfo = CHICAGO) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "slot"),
    [
        ("2026-11-23T00:59", None),
        ("2026-11-23T01:00", Slot(date(2026, 11, 23), 1)),
        ("2026-11-23T02:59", Slot(date(2026, 11, 23), 1)),
        ("2026-11-23T03:00", None),
        ("2026-11-23T19:30", Slot(date(2026, 11, 23), 19)),
    ],
)
def test_a_slot_is_due_from_its_hour_until_two_hours_later(moment: str, slot: Slot | None) -> None:
    assert slots.due(at(moment), CHICAGO, HOURS, NONE) == slot


def test_a_dealers_start_is_delayed_by_its_own_share_of_five_minutes() -> None:
    delays = [slots.delay(dealer_id) for dealer_id in range(1, 1001)]
    assert min(delays) >= NONE
    assert max(delays) < timedelta(minutes=5)
    fullest = max(Counter(delay.seconds // 60 for delay in delays).values())
    assert fullest < 300
    assert slots.due(at("2026-11-23T01:02"), CHICAGO, HOURS, timedelta(minutes=3)) is None


def test_an_hour_that_the_clocks_skip_begins_when_they_were_put_forward() -> None:
    skipped = Slot(date(2027, 3, 14), 2)
    assert slots.moment(skipped, CHICAGO) == at("2027-03-14T03:00")


def test_an_hour_that_comes_twice_begins_the_first_time() -> None:
    twice = Slot(date(2026, 11, 1), 1)
    assert slots.moment(twice, CHICAGO) == datetime(2026, 11, 1, 6, 0, tzinfo=UTC)


def test_the_next_start_is_the_next_slot_of_the_dealers_own_clock() -> None:
    assert slots.upcoming(at("2026-11-23T19:00"), CHICAGO, HOURS, NONE) == at("2026-11-24T01:00")


@given(
    zone=st.sampled_from(ZONES),
    start=st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1)),
    step=st.integers(min_value=1, max_value=110),
)
def test_every_slot_is_met_whatever_the_clocks_do(zone: str, start: datetime, step: int) -> None:
    """A tick every `step` minutes for five days, around any day of four years: each slot is seen."""
    local = ZoneInfo(zone)
    now = start.replace(tzinfo=UTC)
    end = now + timedelta(days=5)
    met: set[Slot] = set()
    while now < end:
        slot = slots.due(now, local, HOURS, NONE)
        if slot:
            met.add(slot)
        now += timedelta(minutes=step)
    first = start.replace(tzinfo=UTC).astimezone(local).date() + timedelta(days=1)
    expected = {Slot(first + timedelta(days=day), hour) for day in range(3) for hour in HOURS}
    assert expected <= met
