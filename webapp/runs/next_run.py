"""Time of a dealer's next scheduled run (R6, R7)."""

from __future__ import annotations

from datetime import datetime

from flask import current_app

from webapp.core import clock
from webapp.core.enums import BY_HAND_TRIGGERS, WEEKDAYS
from webapp.models import Configuration, Dealer, Run
from webapp.runs import slots

EVERY_DAY = len(WEEKDAYS)


def next_run(dealer: Dealer, configuration: Configuration, last: Run | None) -> datetime | None:
    """Return when the scheduler starts the dealer's next run, in UTC; None if there is none.

    `last` is the dealer's last run. Slots on a disabled day are passed over, since their runs send no
    requests. So are slots that began before the dealer became ready, or before the last run was started
    manually.
    """
    disabled = configuration.disabled_on or []
    if configuration.ready_since is None or len(disabled) == EVERY_DAY:
        return None
    zone, hours, delay = dealer.zone, current_app.config["SYNC_HOURS"], slots.delay(dealer.id)
    too_early = max(configuration.ready_since, _started_by_hand(last) or configuration.ready_since)
    start = slots.upcoming(clock.now(), zone, hours, delay)
    while start - delay <= too_early or WEEKDAYS[start.astimezone(zone).weekday()] in disabled:
        start = slots.upcoming(start, zone, hours, delay)
    return start


def _started_by_hand(last: Run | None) -> datetime | None:
    return last.started_at if last is not None and last.trigger in BY_HAND_TRIGGERS else None
