"""Times in the dealer's zone, which is named, and ages and durations in words."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from webapp.core import clock

MINUTE, HOUR, DAY = 60, 3600, 86_400
_NEAR_DAYS = {-1: "yesterday", 0: "", 1: "tomorrow"}
UNITS = ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"))


def moment(value: datetime, zone: ZoneInfo) -> str:
    """Format as `Nov 3, 2025, 1:05 PM CST` in the zone."""
    local = value.astimezone(zone)
    hour = local.hour % 12 or 12
    return f"{local:%b} {local.day}, {local.year}, {hour}:{local:%M %p} {local:%Z}"


def brief(value: datetime, zone: ZoneInfo) -> str:
    """Format as `Nov 3, 1:05 PM`, with the year unless it is this one."""
    local = value.astimezone(zone)
    year = f", {local.year}" if local.year != clock.now().astimezone(zone).year else ""
    return f"{local:%b} {local.day}{year}, {local.hour % 12 or 12}:{local:%M %p}"


def day(value: date) -> str:
    """Format as `Nov 3, 2025`."""
    return f"{value:%b} {value.day}, {value.year}"


def at(value: datetime, zone: ZoneInfo) -> str:
    """Format for a sentence: `at 1:05 PM` today, `tomorrow at 1:05 PM`, else `on Nov 3 at 1:05 PM`."""
    local, now = value.astimezone(zone), clock.now().astimezone(zone)
    time = f"at {local.hour % 12 or 12}:{local:%M %p}"
    days = (local.date() - now.date()).days
    if days in _NEAR_DAYS:
        return f"{_NEAR_DAYS[days]} {time}".strip()
    year = f", {local.year}" if local.year != now.year else ""
    return f"on {local:%b} {local.day}{year} {time}"


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return the moment at which a day ends in a time zone."""
    following = day + timedelta(days=1)
    return datetime(following.year, following.month, following.day, tzinfo=zone)


def age(value: datetime) -> str:
    """Format how long ago a time was: `just now`, `5 minutes ago`, `3 days ago`."""
    seconds = int((clock.now() - value).total_seconds())
    return "just now" if seconds < MINUTE else f"{rough(seconds)} ago"


def ahead(value: datetime) -> str:
    """Format how long it is until a time: `any moment now`, `in 5 minutes`, `in 3 hours`."""
    seconds = int((value - clock.now()).total_seconds())
    return "any moment now" if seconds < MINUTE else f"in {rough(seconds)}"


def span(value: timedelta) -> str:
    """Format a length of time as `less than a minute`, `38 minutes`, `3 days`."""
    seconds = int(value.total_seconds())
    return "less than a minute" if seconds < MINUTE else rough(seconds)


def rough(seconds: int) -> str:
    """Format seconds, from a minute up, in the largest unit: `26 hours` is `1 day`."""
    size, noun = next((unit for unit in UNITS if seconds >= unit[0]), UNITS[-1])
    number = seconds // size
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def duration(start: datetime, end: datetime | None = None) -> str:
    """Format how long something took, or has taken so far: `8 s`, `2 min 5 s`, `1 h 3 min`."""
    seconds = max(0, int(((end or clock.now()) - start).total_seconds()))
    if seconds < MINUTE:
        return f"{seconds} s"
    if seconds < HOUR:
        return f"{seconds // MINUTE} min {seconds % MINUTE} s"
    return f"{seconds // HOUR} h {seconds % HOUR // MINUTE} min"
