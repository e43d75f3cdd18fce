"""Days and weeks of summaries in the dealer's time zone, and when they are due. Pure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

# Local hour at which a summary of the day before, or on Monday of the week before, is due.
DUE_HOUR: Final = 7
# A summary that could not be made in time, as the scheduler was away, is left out after so many days.
LATEST: Final = {"daily": timedelta(days=1), "weekly": timedelta(days=3)}
DAYS: Final = {"daily": 1, "weekly": 7}


class Period(NamedTuple):
    """A local day or week: from `starts_on` until before `ends_on`, in UTC `since` and `until`.

    On days on which clocks change it has an hour more or less.
    """

    kind: str
    starts_on: date
    ends_on: date
    since: datetime
    until: datetime
    due_at: datetime


def of(kind: str, starts_on: date, timezone: str) -> Period:
    """Return the day or week that begins on a local date."""
    zone = ZoneInfo(timezone)
    ends_on = starts_on + timedelta(days=DAYS[kind])
    since, until = (_utc(day, time(), zone) for day in (starts_on, ends_on))
    return Period(kind, starts_on, ends_on, since, until, _utc(ends_on, time(DUE_HOUR), zone))


def last(kind: str, timezone: str, now: datetime) -> Period:
    """Return the last full day, or the last full week, which begins on a Monday."""
    today = now.astimezone(ZoneInfo(timezone)).date()
    ends_on = today if kind == "daily" else today - timedelta(days=today.weekday())
    return of(kind, ends_on - timedelta(days=DAYS[kind]), timezone)


def due(kind: str, timezone: str, now: datetime) -> Period | None:
    """Return the last full day or week if its summary is due now, or None."""
    period = last(kind, timezone, now)
    today = now.astimezone(ZoneInfo(timezone)).date()
    return period if period.due_at <= now and today < period.ends_on + LATEST[kind] else None


def _utc(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, tzinfo=zone).astimezone(ZoneInfo("UTC"))
