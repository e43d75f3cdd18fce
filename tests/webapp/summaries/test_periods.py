"""Days and weeks of summaries in the dealer's time zone, also when clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.summaries import periods

CHICAGO = "America/Chicago"
ZONES = (
    CHICAGO,
    "America/St_Johns",
    "America/Phoenix",
    "Pacific/Auckland",
    "America/Santiago",
    "Asia/Beirut",
)


def local(text: str, zone: str = CHICAGO) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def starts_on(kind: str, now: datetime, zone: str = CHICAGO) -> date | None:
    period = periods.due(kind, zone, now)
    return period.starts_on if period else None


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        ("2026-12-01T06:59:59", None),
        ("2026-12-01T07:00:00", date(2026, 11, 30)),
        ("2026-12-01T23:59:59", date(2026, 11, 30)),
        ("2026-12-02T00:00:00", None),
        # Clocks change at two in the morning: seven is still seven.
        ("2026-03-08T06:59:59", None),
        ("2026-03-08T07:00:00", date(2026, 3, 7)),
        ("2026-11-01T06:59:59", None),
        ("2026-11-01T07:00:00", date(2026, 10, 31)),
    ],
)
def test_a_day_is_due_the_next_morning_until_midnight(now: str, wanted: date | None) -> None:
    assert starts_on("daily", local(now)) == wanted


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        ("2026-11-30T06:59:59", None),
        ("2026-11-30T07:00:00", date(2026, 11, 23)),
        ("2026-12-02T23:59:59", date(2026, 11, 23)),
        ("2026-12-03T00:00:00", None),
        ("2026-12-06T12:00:00", None),
    ],
)
def test_a_week_is_due_on_monday_and_two_days_later_at_the_latest(now: str, wanted: date | None) -> None:
    assert starts_on("weekly", local(now)) == wanted


@pytest.mark.parametrize(("day", "hours"), [("2026-03-08", 23), ("2026-11-01", 25), ("2026-12-01", 24)])
def test_a_day_on_which_clocks_change_has_an_hour_more_or_less(day: str, hours: int) -> None:
    period = periods.of("daily", date.fromisoformat(day), CHICAGO)
    assert period.until - period.since == timedelta(hours=hours)


@given(
    day=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    zone=st.sampled_from(ZONES),
    kind=st.sampled_from(["daily", "weekly"]),
)
def test_periods_follow_one_another_without_a_gap(day: date, zone: str, kind: str) -> None:
    first = periods.of(kind, day, zone)
    second = periods.of(kind, first.ends_on, zone)
    assert first.until == second.since
    assert first.since < first.until < first.due_at
    if kind == "daily" or day.weekday() == 0:
        assert periods.due(kind, zone, first.due_at) == first
        assert periods.due(kind, zone, first.due_at - timedelta(seconds=1)) is None
