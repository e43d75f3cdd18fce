"""A second implementation of slot starts: it watches a wall clock, where the program computes them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from webapp.runs.lifecycle import Slot

# No clock has been changed within a quarter of an hour of the day since 1972.
_STEP = timedelta(minutes=15)


def slot_starts(
    zone: ZoneInfo, hours: Collection[int], first: datetime, last: datetime
) -> dict[Slot, datetime]:
    """The slots between two moments (UTC), each when a wall clock first shows its hour or a later one."""
    starts: dict[Slot, datetime] = {}
    now = first.replace(minute=0, second=0, microsecond=0)
    latest_shown = _wall_clock(now, zone)
    while now < last:
        now += _STEP
        shown = _wall_clock(now, zone)
        hour = latest_shown.replace(minute=0) + timedelta(hours=1)
        while hour <= shown:
            if hour.hour in hours:
                starts[Slot(hour.date(), hour.hour)] = now
            hour += timedelta(hours=1)
        latest_shown = max(latest_shown, shown)
    return starts


def _wall_clock(now: datetime, zone: ZoneInfo) -> datetime:
    return now.astimezone(zone).replace(tzinfo=None)
