"""Which of a dealer's runs are asked for: by status, and by the days on the dealer's own wall."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement

from webapp.models import Dealer, Run


@dataclass(frozen=True)
class RunFilter:
    """An empty status, and a day that is None, leave everything in. Both days are included."""

    status: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def arguments(self) -> dict[str, str]:
        """What an address says to ask for the same."""
        days = {"since": self.since, "until": self.until}
        said = {name: day.isoformat() for name, day in days.items() if day}
        return said | ({"status": self.status} if self.status else {})

    def conditions(self, dealer: Dealer) -> list[ColumnElement[bool]]:
        """The same in SQL, the dealer's runs alone."""
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
