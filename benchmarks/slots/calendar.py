"""When slots begin, found by watching the clock on a wall: in another way than the program works it out."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from webapp.runs import Slot

# No clock was put forward or back within a quarter of an hour of the day since 1972.
_GLANCE = timedelta(minutes=15)


def beginnings(
    zone: ZoneInfo, hours: Collection[int], first: datetime, last: datetime
) -> dict[Slot, datetime]:
    """The slots between two moments (UTC), each when the wall first shows its hour or a later one."""
    found: dict[Slot, datetime] = {}
    now = first.replace(minute=0, second=0, microsecond=0)
    shown = _wall(now, zone)
    while now < last:
        now += _GLANCE
        wall = _wall(now, zone)
        hour = shown.replace(minute=0) + timedelta(hours=1)
        while hour <= wall:
            if hour.hour in hours:
                found[Slot(hour.date(), hour.hour)] = now
            hour += timedelta(hours=1)
        shown = max(shown, wall)
    return found


def _wall(now: datetime, zone: ZoneInfo) -> datetime:
    return now.astimezone(zone).replace(tzinfo=None)
