"""Real workers and a real scheduler while Redis is emptied, down and full: no run is lost or repeated."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis

from jobs.sync import tick
from sandbox.servers.redis import RedisServer
from sandbox.simulator import Simulator
from tests.factories import make_manufacturer
from tests.flows.conftest import Program, has_ended, wait_until
from tests.sync_harness import SyncHarness, part
from webapp.core import queues
from webapp.extensions import db
from webapp.models import Run
from webapp.runs import lifecycle

ONE_KIND = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis of this test's own that keeps nothing: each start is an empty one."""
    folder = tmp_path / "redis"
    folder.mkdir()
    with RedisServer(folder) as running:
        yield running


@pytest.fixture
def redis(server: RedisServer, app: Flask) -> Redis:
    app.config["REDIS_URL"] = server.url
    return Redis.from_url(server.url)


@pytest.fixture
def mapped(harness: SyncHarness) -> SyncHarness:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))
    harness.set_parts(part("TR", "A-1", 3))
    return harness


def statuses() -> list[str]:
    found = list(db.session.scalars(db.select(Run.status).order_by(Run.id)))
    db.session.rollback()
    return found


@ONE_KIND
def test_a_run_lost_by_an_emptied_redis_is_queued_by_the_next_tick(
    mapped: SyncHarness, redis: Redis, server: RedisServer, program: Program
) -> None:
    run_id = lifecycle.start(mapped.dealer, "manual").run.id
    server.stop()
    server.start()
    assert redis.dbsize() == 0
    program.fork("jobs.schedule")
    program.fork("jobs.worker", WORKER_PROCESSES="1")
    wait_until(lambda: has_ended(run_id), "the run's end", program)
    assert statuses() == ["succeeded"]
    assert mapped.shelf_quantities() == {("TR", "A-1"): 3}


@ONE_KIND
def test_workers_and_scheduler_outlive_an_outage_and_go_on_by_themselves(
    mapped: SyncHarness, redis: Redis, server: RedisServer, program: Program
) -> None:
    scheduler = program.fork("jobs.schedule")
    worker = program.fork("jobs.worker", WORKER_PROCESSES="1")
    first = lifecycle.start(mapped.dealer, "manual").run.id
    wait_until(lambda: has_ended(first), "the first run's end", program)
    server.stop()
    second = lifecycle.start(mapped.dealer, "manual").run
    wait_until(lambda: "scheduler.redis_lost" in program.log, "the scheduler's notice", program)
    assert queues.is_unavailable()
    time.sleep(3)
    assert (scheduler.poll(), worker.poll()) == (None, None)
    server.start()
    wait_until(lambda: has_ended(second.id), "the second run's end", program)
    assert statuses() == ["succeeded", "succeeded"]
    assert (scheduler.poll(), worker.poll()) == (None, None)


@ONE_KIND
def test_a_full_redis_delays_runs_and_loses_none(
    mapped: SyncHarness, redis: Redis, server: RedisServer, program: Program
) -> None:
    scheduler = program.fork("jobs.schedule")
    worker = program.fork("jobs.worker", WORKER_PROCESSES="1")
    wait_until(lambda: redis.scard("rq:workers") == 2, "the workers", program)
    redis.config_set("maxmemory-policy", "noeviction")
    redis.config_set("maxmemory", "1mb")
    run = lifecycle.start(mapped.dealer, "manual").run
    wait_until(lambda: "scheduler.redis_lost" in program.log, "the scheduler's notice", program)
    time.sleep(5)
    assert (scheduler.poll(), worker.poll()) == (None, None)
    assert statuses() == ["queued"]
    redis.config_set("maxmemory", "0")
    wait_until(lambda: has_ended(run.id), "the run's end", program)
    assert statuses() == ["succeeded"]


@ONE_KIND
def test_a_run_that_is_running_when_redis_stops_ends_well_and_once(
    mapped: SyncHarness, redis: Redis, server: RedisServer, program: Program, simulator: Simulator
) -> None:
    parts = [part("TR", f"B-{number:04}") for number in range(1_500)]
    mapped.set_parts(part("TR", "A-1", 3), *parts)
    simulator.switches.change({"latency": 0.5})
    program.fork("jobs.worker", WORKER_PROCESSES="1")
    run_id = lifecycle.start(mapped.dealer, "manual").run.id
    wait_until(lambda: simulator.requests, "the first request", program)
    server.stop()
    wait_until(lambda: "lightspeed.rate_budget_degraded" in program.log, "the slow rate", program)
    server.start()
    tick.wake_stalled(mapped.load_run(run_id).queued_at)
    wait_until(lambda: has_ended(run_id), "the run's end", program)
    run = mapped.load_run(run_id)
    assert (run.status, run.attempt) == ("succeeded", 1)
    assert mapped.shelf_quantities() == {("TR", "A-1"): 3}
