"""When a dealer's next scheduled run starts (R6, R7)."""

from __future__ import annotations

from datetime import datetime

from flask import current_app

from webapp import clock, slots
from webapp.models import Configuration, Dealer
from webapp.words import WEEKDAYS

EVERY_DAY = len(WEEKDAYS)


def next_run(dealer: Dealer, configuration: Configuration, has_codes: bool) -> datetime | None:
    """When the scheduler starts the dealer's next run, in UTC; None while it starts none.

    A slot on a disabled day is passed over: what is recorded for it sends nothing.
    """
    disabled = configuration.disabled_on or []
    if not (configuration.enabled and has_codes) or len(disabled) == EVERY_DAY:
        return None
    zone = dealer.zone
    hours, delay = current_app.config["SYNC_HOURS"], slots.delay(dealer.id)
    start = slots.upcoming(clock.now(), zone, hours, delay)
    while WEEKDAYS[start.astimezone(zone).weekday()] in disabled:
        start = slots.upcoming(start, zone, hours, delay)
    return start
