"""Locks on products in words (R28)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from webapp.core import clock
from webapp.web.numbers import count, money


class LockFigures(Protocol):
    """What is locked; an empty figure is not."""

    @property
    def quantity(self) -> int | None: ...
    @property
    def sale_price_cents(self) -> int | None: ...
    @property
    def lead_time_days(self) -> int | None: ...
    @property
    def is_hidden(self) -> bool: ...


def lock_figures(lock: LockFigures) -> str:
    """Return what is locked, such as `quantity 5, price $9.95, lead time 2 days`, or `hidden`."""
    parts = ["hidden"] if lock.is_hidden else []
    if lock.quantity is not None:
        parts.append(f"quantity {lock.quantity:,}")
    if lock.sale_price_cents is not None:
        parts.append(f"price {money(lock.sale_price_cents)}")
    if lock.lead_time_days is not None:
        parts.append(f"lead time {count(lock.lead_time_days, 'day')}")
    return ", ".join(parts)


def last_day(until: datetime, zone: ZoneInfo) -> date:
    """Return the last day of a lock: it holds through the end of that day in the dealer's time zone."""
    return (until - timedelta(microseconds=1)).astimezone(zone).date()


def lock_day(until: datetime | None, zone: ZoneInfo) -> str:
    """Format the last day as `Dec 4`, with the year unless it is this one; `no end` without one."""
    if until is None:
        return "no end"
    day = last_day(until, zone)
    year = f", {day.year}" if day.year != clock.now().astimezone(zone).year else ""
    return f"{day:%b} {day.day}{year}"
