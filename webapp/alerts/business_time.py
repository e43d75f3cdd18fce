"""Time elapsed on enabled days: a dealer's disabled weekdays do not count (R7). Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

# Earlier days cannot change the result, as limits are a few days at most and a weekday recurs every week.
DAYS_BACK = 60


def enough_passed(
    since: datetime, now: datetime, timezone: str, disabled_days: int, limit: timedelta
) -> bool:
    """Return whether more than `limit`, a few days at most, elapsed between two times on enabled days.

    `disabled_days` has one bit per weekday, Monday the lowest; days are those of the dealer's time zone.
    """
    if now - since <= limit:
        return False
    if not disabled_days:
        return True
    zone = ZoneInfo(timezone)
    today = now.astimezone(zone).date()
    counted = timedelta()
    for back in range(DAYS_BACK):
        day = today - timedelta(days=back)
        if disabled_days & 1 << day.weekday():
            continue
        begins, ends = (datetime.combine(one, time(), tzinfo=zone) for one in (day, day + timedelta(days=1)))
        counted += max(timedelta(), _utc(min(now, ends)) - _utc(max(since, begins)))
    return counted > limit


def _utc(moment: datetime) -> datetime:
    # Within one zone datetimes subtract by the wall clock: a day on which clocks change has 23 or 25 hours.
    return moment.astimezone(ZoneInfo("UTC"))
