"""What time it is: in UTC for what is stored, in a dealer's own zone for what is decided by local days."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def local_now(timezone: str) -> datetime:
    """The present moment in a zone such as `America/Chicago`."""
    return now().astimezone(ZoneInfo(timezone))


def local_today(timezone: str) -> date:
    """Today's date on the wall of a dealer in that zone."""
    return local_now(timezone).date()
