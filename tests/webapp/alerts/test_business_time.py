"""Time on business days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.alerts.business_time import enough_passed

LIMIT = timedelta(hours=13)
ZONES = ("America/Chicago", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC", "Pacific/Auckland")


@pytest.mark.parametrize(
    ("since", "now", "is_enough"),
    [
        # Clocks go back on Sunday, November 1, 2026 in Chicago: that day has 25 hours.
        ("2026-11-01T05:00", "2026-11-01T18:00", False),
        ("2026-11-01T05:00", "2026-11-01T18:01", True),
        # Saturday is disabled: from Friday 23:00 to Sunday, an hour of Friday and the rest of Sunday.
        ("2026-10-31T04:00", "2026-11-01T17:00", False),
        ("2026-10-31T04:00", "2026-11-01T17:01", True),
    ],
)
def test_a_day_is_a_local_day_of_the_dealer(since: str, now: str, is_enough: bool):
    begun, end = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (since, now))
    assert enough_passed(begun, end, "America/Chicago", 1 << 5, LIMIT) is is_enough


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)),
    st.timedeltas(timedelta(0), timedelta(days=20)),
    st.sampled_from(ZONES),
    st.integers(0, 127),
)
def test_it_agrees_with_counting_minute_by_minute(since: datetime, span: timedelta, zone: str, disabled: int):
    from zoneinfo import ZoneInfo

    now = since + span
    step = timedelta(minutes=15)
    steps = int(span / step)
    walls = ((since + step * n).astimezone(ZoneInfo(zone)) for n in range(steps))
    counted = step * sum(not disabled & 1 << wall.weekday() for wall in walls)
    # Counting by quarters of an hour is exact to one at each border of a day.
    if abs(counted - LIMIT) > timedelta(hours=8):
        assert enough_passed(since, now, zone, disabled, LIMIT) is (counted > LIMIT)
