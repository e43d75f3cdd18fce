"""Has Redis restart empty, stop, and run out of memory, while a run is under way or queued."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from random import Random

from redis import Redis

from sandbox.servers.redis import RedisServer
from tests.chaos.harness import Harness
from tests.chaos.ticks import tick_until
from tests.chaos.trials import Trial, attempt
from webapp.extensions import db

Disturbance = Callable[[], None]


def outages(
    harness: Harness, server: RedisServer, count: int, seconds: float, random: Random
) -> Iterator[Trial]:
    """So many of all outages, in random order; each one at most once."""
    disturbances: list[tuple[str, Disturbance]] = [
        ("restarted empty, during a run", server.restart),
        ("stopped, during a run", lambda: _stop(server, seconds)),
        ("out of memory, during a run", lambda: _fill_memory(server, seconds)),
    ]
    trials = [lambda case=case: _during_a_run(harness, *case, random) for case in disturbances]
    trials.append(lambda: _before_a_run(harness, server, seconds))
    for trial in random.sample(trials, min(count, len(trials))):
        yield trial()


def _during_a_run(harness: Harness, what: str, disturb: Disturbance, random: Random) -> Trial:
    trial = Trial(f"Redis {what}")
    harness.workers.replace()
    harness.workers.order(moment=0)
    run_id = harness.next_run()
    with attempt(harness, trial):
        harness.workers.work_horse()
        time.sleep(random.uniform(0.0, harness.seconds / 2))
        db.session.rollback()
        disturb()
        _finish(harness, trial, run_id)
    return trial


def _before_a_run(harness: Harness, server: RedisServer, seconds: float) -> Trial:
    trial = Trial("Redis stopped, when a run is queued")
    harness.workers.replace()
    server.stop()
    run_id = harness.next_run()
    time.sleep(seconds)
    server.start()
    with attempt(harness, trial):
        _finish(harness, trial, run_id)
    return trial


def _finish(harness: Harness, trial: Trial, run_id: int) -> None:
    """Tick until the run is over; it must have been executed once."""
    harness.workers.replace()
    tick_until(harness.workers, lambda: not harness.is_active(run_id), f"the end of run {run_id}")
    trial.compare(harness, harness.finish(run_id))
    trial.check(_newest_run() == run_id, "another run was made")


def _newest_run() -> int | None:
    newest: int | None = db.session.scalar(db.text("SELECT max(id) FROM runs"))
    db.session.rollback()
    return newest


def _stop(server: RedisServer, seconds: float) -> None:
    server.stop()
    time.sleep(seconds)
    server.start()


def _fill_memory(server: RedisServer, seconds: float) -> None:
    with Redis.from_url(server.url) as redis:
        redis.config_set("maxmemory", "1")
        time.sleep(seconds)
        redis.config_set("maxmemory", "0")
