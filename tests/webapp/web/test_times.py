"""Times in the dealer's zone, ages and durations in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from webapp.web.times import age, duration, moment

NOW = datetime(2025, 11, 3, 6, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("America/Chicago", "Nov 3, 2025, 12:05 AM CST"),
        ("America/New_York", "Nov 3, 2025, 1:05 AM EST"),
        ("America/Los_Angeles", "Nov 2, 2025, 10:05 PM PST"),
        ("UTC", "Nov 3, 2025, 6:05 AM UTC"),
    ],
)
def test_a_time_is_the_dealers_local_time_and_names_the_zone(zone: str, said: str):
    assert moment(NOW, ZoneInfo(zone)) == said


def test_noon_is_twelve():
    assert moment(NOW.replace(hour=12, minute=0), ZoneInfo("UTC")) == "Nov 3, 2025, 12:00 PM UTC"


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(seconds=60), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=47), "1 day ago"),
        (timedelta(days=1200), "1,200 days ago"),
    ],
)
def test_an_age_is_written_in_words(ago: timedelta, said: str):
    with time_machine.travel(NOW, tick=False):
        assert age(NOW - ago) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0 s"), (59, "59 s"), (125, "2 min 5 s"), (3_780, "1 h 3 min"), (-3, "0 s")]
)
def test_a_duration_is_in_units(seconds: int, said: str):
    assert duration(NOW, NOW + timedelta(seconds=seconds)) == said


def test_a_duration_without_an_end_lasts_until_now():
    with time_machine.travel(NOW, tick=False):
        assert duration(NOW - timedelta(seconds=7)) == "7 s"
