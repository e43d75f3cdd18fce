"""How old the rows of a pull are, as the service says (R29)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import accumulate
from typing import Final, NamedTuple

from flask import current_app

from jobs.sources.source import Part
from jobs.sources.values import date_of
from webapp.core import clock

# Characters of a date: up to the minute, or the day.
_MINUTE: Final = len("2026-01-01T00:00")
_DAY: Final = len("2026-01-01")
# From so many different minutes on, days suffice: no pull takes that long to gather.
_MANY: Final = 5_000

_YEARS: Final = range(2000, 2100)
# How much two clocks may differ. What is later was not gathered yet: its date means nothing.
_CLOCKS_DIFFER: Final = timedelta(minutes=5)


class Gathered(NamedTuple):
    """When half of the rows had been gathered, and the first of them."""

    median: datetime
    oldest: datetime


class GatheredDates:
    """The dates of the rows of a pull, counted in little memory, whatever they are."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._length = _MINUTE
        self._most = _MANY

    @classmethod
    def of(cls, counts: Mapping[str, int], length: int) -> GatheredDates:
        """Return the dates that were counted before, with their `length`."""
        dates = cls()
        dates._counts.update(counts)
        dates._length = length
        return dates

    @property
    def counts(self) -> Mapping[str, int]:
        """How many rows have each date."""
        return self._counts

    @property
    def length(self) -> int:
        """Characters of each date."""
        return self._length

    def add(self, parts: Iterable[Part]) -> None:
        """Count the dates of some rows."""
        length = self._length
        dates = [part.date_gathered for part in parts]
        if dates and dates[0] and dates.count(dates[0]) == len(dates):  # as most pages were gathered at once
            self._counts[dates[0][:length]] += len(dates)
        else:
            self._counts.update([date[:length] for date in dates if date])
        if len(self._counts) > self._most:
            self._leave_days()

    def summary(self, zone: tzinfo, now: datetime) -> Gathered | None:
        """Return the dates in short, in UTC; None without a usable one. `zone` is that of their clock."""
        found = [(_moment(date, zone), count) for date, count in self._counts.items()]
        latest = now + _CLOCKS_DIFFER
        usable = sorted((moment, count) for moment, count in found if moment and moment <= latest)
        if not usable:
            return None
        sums = list(accumulate(count for _, count in usable))
        place = next(place for place, number in enumerate(sums) if 2 * number >= sums[-1])
        return Gathered(min(usable[place][0], now), min(usable[0][0], now))

    def summary_now(self) -> Gathered | None:
        """Return the summary of dates just received."""
        return self.summary(current_app.config["LIGHTSPEED_TIMEZONE"], clock.now())

    def _leave_days(self) -> None:
        counts: Counter[str] = Counter()
        for date, count in self._counts.items():
            if _moment(date[:_DAY], UTC) is not None:
                counts[date[:_DAY]] += count
        self._counts, self._length = counts, _DAY
        self._most = max(_MANY, 2 * len(counts))


def _moment(date: str, zone: tzinfo) -> datetime | None:
    """Return a moment in UTC; None for what is no date of this century."""
    local = date_of(date)
    if local is None or local.year not in _YEARS:
        return None
    return local.replace(tzinfo=zone).astimezone(UTC)


class GatheredThen:
    """When rows that are stored were gathered: storing them made them no younger (R29)."""

    def __init__(self, median: datetime | None, oldest: datetime | None) -> None:
        self._summary = None
        if median is not None and oldest is not None:
            self._summary = Gathered(median, oldest)

    def summary_now(self) -> Gathered | None:
        """Return what was known when the rows were received."""
        return self._summary
