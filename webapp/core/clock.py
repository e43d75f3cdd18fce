"""Current time: in UTC for what is stored, in the dealer's time zone for rules about local days."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

YEAR_SECONDS: Final = 365 * 24 * 60 * 60


def now() -> datetime:
    """Return the current time, time zone aware, in UTC."""
    return datetime.now(UTC)


def local_now(timezone: str) -> datetime:
    """Return the current time in a zone such as `America/Chicago`."""
    return now().astimezone(ZoneInfo(timezone))


def local_today(timezone: str) -> date:
    """Return today's date in that time zone."""
    return local_now(timezone).date()
