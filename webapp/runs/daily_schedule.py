"""Times of a dealer's scheduled runs, as LightSpeed Configuration shows them (R6, R7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask import current_app
from sqlalchemy import select

from webapp.core import clock
from webapp.core.enums import STORED_TRIGGERS, WEEKDAYS
from webapp.extensions import db
from webapp.models import Configuration, Dealer, Run
from webapp.runs import lifecycle, slots
from webapp.runs.next_run import EVERY_DAY, next_run

NEXT, LATER, PAST, NONE, OFF = "next", "later today", "past", "no update", "disabled today"
NOT_READY: Final = (
    "Scheduled updates start when 3PA/Data Warehouse is enabled and connected, "
    "and at least one supplier code is configured."
)
ALL_DISABLED: Final = "No scheduled update runs: every day is disabled."


@dataclass(frozen=True)
class DailyTime:
    """A start time of today in the dealer's time zone, and what becomes of it."""

    text: str
    state: str


@dataclass(frozen=True)
class DailySchedule:
    """Today's start times, and the next start in UTC; without one, `reason` says why."""

    times: list[DailyTime]
    next_run: datetime | None
    reason: str

    @classmethod
    def of(cls, dealer: Dealer, configuration: Configuration) -> DailySchedule:
        """Return the schedule of a dealer as of now."""
        coming = next_run(dealer, configuration, _last(dealer))
        disabled = configuration.disabled_on
        reason = "" if coming else ALL_DISABLED if len(disabled) == EVERY_DAY else NOT_READY
        return cls(_times(dealer, disabled, coming), coming, reason)


def _times(dealer: Dealer, disabled: list[str], coming: datetime | None) -> list[DailyTime]:
    now, zone, delay = clock.now(), dealer.zone, slots.delay(dealer.id)
    today = now.astimezone(zone).date()
    hours = sorted(current_app.config["SYNC_HOURS"])
    # An hour that a clock change skips begins at the change.
    begins = [slots.moment(lifecycle.Slot(today, hour), zone) for hour in hours]
    is_off = WEEKDAYS[today.weekday()] in disabled
    changes = len({begin.astimezone(zone).utcoffset() for begin in begins}) > 1
    return [
        DailyTime(_clock_time(begin.astimezone(zone), changes), _state(begin + delay, now, coming, is_off))
        for begin in begins
    ]


def _state(start: datetime, now: datetime, coming: datetime | None, is_off: bool) -> str:
    if is_off:
        return OFF
    if start == coming:
        return NEXT
    if start <= now:
        return PAST
    # It began before the dealer became ready, or before a run that was started manually.
    return NONE if coming is None or start < coming else LATER


def _clock_time(local: datetime, names_zone: bool) -> str:
    """Format as `1:00 AM`, with the zone's abbreviation on a day on which it changes."""
    time = f"{local.hour % 12 or 12}:{local:%M %p}"
    return f"{time} {local:%Z}" if names_zone else time


def _last(dealer: Dealer) -> Run | None:
    query = select(Run).where(Run.dealer_id == dealer.id, Run.trigger.not_in(STORED_TRIGGERS))
    return db.session.scalar(query.order_by(Run.id.desc()).limit(1))
