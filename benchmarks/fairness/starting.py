"""A thousand dealers whose slot begins at once: what the ticks cost, and how evenly they are started."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import current_app
from redis import Redis

from benchmarks.sharing.ground import ground
from benchmarks.sharing.shops import TIMEZONE, Shop, fill_catalog, open_shops
from jobs.sync.dispatch import start_due
from jobs.sync.tick import wake_stalled
from webapp.core import queues
from webapp.operations import background_jobs
from webapp.runs import slots
from webapp.runs.lifecycle import Slot


@dataclass(frozen=True)
class Tick:
    """How many dealers one tick started, in seconds, and how many jobs then waited in Redis."""

    started: int
    seconds: float
    jobs: int


def ticks(dealers: int, database: str) -> list[Tick]:
    """Carry out the tick of each minute from a slot's beginning until it has started all, and one more."""
    with ground(database, {}, {}):
        fill_catalog(1, 1)
        open_shops(
            [Shop(f"Dealer {number}", str(number), f"login {number}", 1, 1) for number in range(dealers)]
        )
        current_app.config["SYNC_HOURS"] = (1, 7, 13, 19)
        day = datetime.now(UTC).date() + timedelta(days=1)
        begin = slots.moment(Slot(day, 1), ZoneInfo(TIMEZONE))
        # From here on they have accounts of their slots.
        start_due(begin - timedelta(minutes=1))
        minutes = slots.SPREAD_SECONDS // 60 + 1
        return [_tick(begin + timedelta(minutes=minute)) for minute in range(minutes + 1)]


def _tick(now: datetime) -> Tick:
    begun = time.monotonic()
    started = start_due(now)
    wake_stalled(now)
    seconds = time.monotonic() - begun
    redis = Redis.from_url(current_app.config["REDIS_URL"])
    return Tick(started, seconds, background_jobs.waiting_counts(redis)[queues.SYNC])
