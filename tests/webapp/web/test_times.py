"""Times in the dealer's zone, ages and durations in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from webapp.web.times import age, at, brief, duration, moment, span

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


@pytest.mark.parametrize(
    ("later", "said"),
    [
        (timedelta(0), "at 12:05 AM"),
        (timedelta(hours=13), "at 1:05 PM"),
        (timedelta(days=1), "tomorrow at 12:05 AM"),
        (timedelta(minutes=-6), "yesterday at 11:59 PM"),
        (timedelta(days=2), "on Nov 5 at 12:05 AM"),
        (timedelta(days=70), "on Jan 12, 2026 at 12:05 AM"),
    ],
)
def test_in_a_sentence_a_near_time_has_no_date(later: timedelta, said: str):
    with time_machine.travel(NOW, tick=False):
        assert at(NOW + later, ZoneInfo("America/Chicago")) == said


@pytest.mark.parametrize(("days", "said"), [(0, "Nov 3, 12:05 AM"), (-365, "Nov 3, 2024, 1:05 AM")])
def test_a_brief_time_has_a_year_only_if_it_is_another_one(days: int, said: str):
    with time_machine.travel(NOW, tick=False):
        assert brief(NOW + timedelta(days=days), ZoneInfo("America/Chicago")) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(59, "less than a minute"), (60, "1 minute"), (2280, "38 minutes"), (172_800, "2 days")],
)
def test_a_span_of_time_is_in_its_largest_unit(seconds: int, said: str):
    assert span(timedelta(seconds=seconds)) == said
