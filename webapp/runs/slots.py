"""Slots of a dealer's scheduled runs: 01:00, 07:00, 13:00, 19:00 local time (R6)."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from webapp.runs.lifecycle import Slot

# Catch-up window: a late tick still starts slots that were due this long ago.
CATCH_UP = timedelta(hours=2)
# Starts are spread over this time to avoid a thundering herd.
SPREAD_SECONDS = 300
_PRECISE = timedelta(seconds=1)


# The tick needs the same few slots of each zone for every dealer.
@lru_cache(maxsize=4096)
def moment(slot: Slot, zone: ZoneInfo) -> datetime:
    """Return when a slot begins, in UTC: never before an earlier slot of the same zone.

    An hour skipped by a clock change begins at the change; one that occurs twice, the first time.
    """
    wall = datetime.combine(slot.date, time(slot.hour), tzinfo=zone)
    begin = wall.astimezone(UTC)
    if begin.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return begin
    return _put_forward(wall.replace(fold=1).astimezone(UTC), begin, zone)


def _put_forward(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return when, between two times, the clocks of a zone are put forward."""
    earlier = before.astimezone(zone).utcoffset()
    while after - before > _PRECISE:
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == earlier:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def delay(dealer_id: int) -> timedelta:
    """Return how long after the slot's beginning this dealer starts: constant, and evenly spread over
    dealers."""
    return timedelta(seconds=zlib.crc32(str(dealer_id).encode()) % SPREAD_SECONDS)


def begun(
    now: datetime, zone: ZoneInfo, hours: Iterable[int], delay: timedelta, after: Slot
) -> list[tuple[datetime, Slot]]:
    """Return the later slots that have begun at `now` (UTC), in order, each with its beginning."""
    last = now.astimezone(zone).date() + timedelta(days=1)
    later = (slot for slot in _slots(after.date, last, hours) if slot > after)
    return [(begin, slot) for slot in later if (begin := moment(slot, zone) + delay) <= now]


def last_begun(now: datetime, zone: ZoneInfo, hours: Iterable[int], delay: timedelta) -> Slot:
    """Return the latest slot that has begun at `now` (UTC)."""
    today = now.astimezone(zone).date()
    # A clock change that skips a whole day leaves none of that day's slots.
    days = _slots(today - timedelta(days=3), today + timedelta(days=1), hours)
    return max(slot for slot in days if moment(slot, zone) + delay <= now)


def upcoming(now: datetime, zone: ZoneInfo, hours: Iterable[int], delay: timedelta) -> datetime:
    """Return when the next slot starts, in UTC."""
    today = now.astimezone(zone).date()
    days = _slots(today - timedelta(days=1), today + timedelta(days=2), hours)
    return min(begin for slot in days if (begin := moment(slot, zone) + delay) > now)


def _slots(first: date, last: date, hours: Iterable[int]) -> Iterator[Slot]:
    in_order = sorted(hours)
    for day in range((last - first).days + 1):
        for hour in in_order:
            yield Slot(first + timedelta(days=day), hour)
