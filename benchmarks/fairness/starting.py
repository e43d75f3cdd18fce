"""A thousand dealers whose slot begins at once: what ticks cost, and how evenly they start runs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import current_app
from redis import Redis

from benchmarks.seed import TIMEZONE, SeedDealer, seed_catalog, seed_dealers
from benchmarks.testbed import testbed
from jobs.sync.dispatch import start_due
from jobs.sync.tick import wake_stalled
from webapp.core import queues
from webapp.operations import background_jobs
from webapp.runs import slots
from webapp.runs.lifecycle import Slot


@dataclass(frozen=True)
class Tick:
    """Runs that one tick started, its seconds, and the jobs that then waited in Redis."""

    started: int
    seconds: float
    jobs: int


def measure_ticks(dealers: int, database: str) -> list[Tick]:
    """The tick of each minute from a slot's beginning until it has started all, and one more."""
    with testbed(database, {}, {}):
        seed_catalog(1, 1)
        seed_dealers(
            [
                SeedDealer(f"Dealer {number}", str(number), f"login {number}", 1, 1)
                for number in range(dealers)
            ]
        )
        current_app.config["SYNC_HOURS"] = (1, 7, 13, 19)
        day = datetime.now(UTC).date() + timedelta(days=1)
        begin = slots.moment(Slot(day, 1), ZoneInfo(TIMEZONE))
        # Their slots count from here on.
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
