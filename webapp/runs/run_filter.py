"""Filter of a dealer's runs by status and local dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement

from webapp.models import Dealer, Run


@dataclass(frozen=True)
class RunFilter:
    """Filter; an empty status and a missing date match everything. Both dates are included."""

    status: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def arguments(self) -> dict[str, str]:
        """Return the filter as query string arguments."""
        days = {"since": self.since, "until": self.until}
        said = {name: day.isoformat() for name, day in days.items() if day}
        return said | ({"status": self.status} if self.status else {})

    def conditions(self, dealer: Dealer) -> list[ColumnElement[bool]]:
        """Return the filter as SQL conditions, restricted to the dealer's runs."""
        conditions: list[Any] = [Run.dealer_id == dealer.id]
        if self.status:
            conditions.append(Run.status == self.status)
        if self.since:
            conditions.append(Run.queued_at >= _midnight(self.since, dealer))
        if self.until:
            conditions.append(Run.queued_at < _midnight(self.until + timedelta(days=1), dealer))
        return conditions


def _midnight(day: date, dealer: Dealer) -> datetime:
    return datetime.combine(day, time(), dealer.zone)
