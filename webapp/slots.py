"""When a dealer's scheduled runs are due: 01:00, 07:00, 13:00, 19:00 on the dealer's own wall clock (R6)."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from webapp.runs import Slot

# A tick that comes late still starts what fell due this long ago.
CATCH_UP = timedelta(hours=2)
# Starts are spread over this time, so that dealers do not stampede.
SPREAD_SECONDS = 300


def moment(slot: Slot, zone: ZoneInfo) -> datetime:
    """When a slot begins, in UTC.

    An hour that the clocks skip begins when they have been put forward; one that comes twice, the first time.
    """
    wall = datetime.combine(slot.date, time(slot.hour), tzinfo=zone)
    return wall.astimezone(UTC)


def delay(dealer_id: int) -> timedelta:
    """How long after the slot's beginning this dealer starts: always the same, spread evenly over dealers."""
    return timedelta(seconds=zlib.crc32(str(dealer_id).encode()) % SPREAD_SECONDS)


def due(now: datetime, zone: ZoneInfo, hours: Iterable[int], delay: timedelta) -> Slot | None:
    """The latest slot that is due at `now` (UTC) and not yet past catching up."""
    slots = [Slot(day, hour) for day in _days_around(now, zone) for hour in hours]
    begun = [(moment(slot, zone) + delay, slot) for slot in slots]
    ready = [(begin, slot) for begin, slot in begun if begin <= now < begin + CATCH_UP]
    return max(ready, key=lambda pair: (pair[0], pair[1].hour))[1] if ready else None


def upcoming(now: datetime, zone: ZoneInfo, hours: Iterable[int], delay: timedelta) -> datetime:
    """When the next slot starts, in UTC."""
    slots = [Slot(day, hour) for day in _days_around(now, zone) for hour in hours]
    return min(begin for slot in slots if (begin := moment(slot, zone) + delay) > now)


def _days_around(now: datetime, zone: ZoneInfo) -> list[date]:
    today = now.astimezone(zone).date()
    return [today + timedelta(days=step) for step in (-1, 0, 1, 2)]
