"""Has Redis restart empty, be away for minutes, and run out of memory, while a run is under way or queued."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from random import Random

from redis import Redis

from benchmarks.faults.ground import Ground
from benchmarks.faults.trials import Trial, judge, trying
from jobs.sync import tick
from sandbox.servers.redis import RedisServer
from webapp.extensions import db

# Seconds.
AWAY, FULL = 120.0, 30.0
Disturb = Callable[[], None]


def outages(ground: Ground, server: RedisServer, seed: int, away: float = AWAY) -> Iterator[Trial]:
    """Every outage at some time of a run, and while one is asked for."""
    chance = Random(seed)
    said = f"away for {away:.0f} s"
    for what, disturb in (
        ("restarted, and empty", server.restart),
        (said, lambda: _leave(server, away)),
        (f"out of memory for {FULL:.0f} s", lambda: _fill(server)),
    ):
        yield _under_way(ground, chance, f"Redis {what}, during a run", disturb)
    yield _asked_for(ground, server, f"Redis {said}, and a run asked for", away)


def _under_way(ground: Ground, chance: Random, what: str, disturb: Disturb) -> Trial:
    trial = Trial("Redis", what)
    ground.staff()
    ground.order(moment=0)
    run_id = ground.next_run()
    with trying(ground, trial):
        ground.horse()
        time.sleep(chance.uniform(0.0, ground.seconds / 2))
        db.session.rollback()
        disturb()
        _end(ground, trial, run_id)
    return trial


def _asked_for(ground: Ground, server: RedisServer, what: str, away: float) -> Trial:
    trial = Trial("Redis", what)
    ground.staff()
    server.stop()
    run_id = ground.next_run()
    time.sleep(away)
    server.start()
    with trying(ground, trial):
        _end(ground, trial, run_id)
    return trial


def _end(ground: Ground, trial: Trial, run_id: int) -> None:
    """Ticks come as on any day, until the run is over; it must have been carried out one time."""
    back = time.monotonic()
    ground.staff()

    def is_over() -> bool:
        tick.tick()
        db.session.rollback()
        return ground.run(run_id)[0] not in ("queued", "running")

    ground.wait(is_over, f"the end of run {run_id}", every=1.0)
    trial.resumed = time.monotonic() - back
    judge(ground, trial, ground.finish(run_id))
    trial.faults += ["another run was made"] * (_newest() != run_id)


def _newest() -> int | None:
    found: int | None = db.session.scalar(db.text("SELECT max(id) FROM runs"))
    db.session.rollback()
    return found


def _leave(server: RedisServer, away: float) -> None:
    server.stop()
    time.sleep(away)
    server.start()


def _fill(server: RedisServer) -> None:
    with Redis.from_url(server.url) as redis:
        redis.config_set("maxmemory", "1")
        time.sleep(FULL)
        redis.config_set("maxmemory", "0")
