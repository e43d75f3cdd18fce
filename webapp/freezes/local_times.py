"""Times as a dealer enters them: in the dealer's time zone."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from webapp.web.times import end_of_day


def parse(text: str, zone: ZoneInfo) -> datetime | None:
    """Return the moment of `2026-12-04T17:00`, or with a space; None for no text. Raises ValueError."""
    text = text.strip()
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None or not 2000 <= moment.year <= 9000:
        raise ValueError("a time without a zone, from the year 2000 on")
    return moment.replace(tzinfo=zone)


def parse_end(text: str, zone: ZoneInfo) -> datetime | None:
    """Return the moment at which something ends: a day alone, `2026-12-04`, counts to its end.

    Raises ValueError, as `parse` does.
    """
    moment = parse(text, zone)
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return moment
    return end_of_day(day, zone)
