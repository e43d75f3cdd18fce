"""Write access to Redis is not code execution: hostile jobs do nothing, and nothing stops because of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from redis import Redis

from tests.factories import make_manufacturer
from tests.flows.conftest import Program, wait_until
from tests.flows.hostile import SET, Hostile
from tests.sync_harness import SyncHarness, part
from tests.webapp.client import ON_SQLITE
from webapp.core import queues
from webapp.runs import lifecycle
from webapp.web import job_heartbeats

pytestmark = ON_SQLITE
EVERY = {b"keep-house", b"sweep-storage", b"tick"}


@pytest.fixture
def hostile(redis: Redis, program: Program, tmp_path: Path, httpserver: HTTPServer) -> Hostile:
    program.environment["PYTHONPATH"] = str(tmp_path)
    httpserver.expect_request("/hook").respond_with_data("")
    return Hostile(redis, tmp_path / "hostile", httpserver.url_for("/hook"))


def refused(program: Program) -> set[str]:
    events = [json.loads(line) for line in program.log.splitlines() if '"job.refused"' in line]
    return {str(event.get("job")) for event in events}


@pytest.mark.parametrize("queue", [queues.CONTROL, queues.SYNC])
def test_a_worker_drops_an_unknown_task_and_continues(
    harness: SyncHarness, redis: Redis, program: Program, hostile: Hostile, httpserver: HTTPServer, queue: str
) -> None:
    hostile.fill_queue(queue)
    queues.enqueue(queue, "jobs.tasks.tick")
    # Alone on its queue a worker takes jobs in another way than from several.
    listens = (queues.CONTROL, queues.INDEX) if queue == queues.CONTROL else (queues.SYNC,)
    worker = program.fork("jobs.worker", *listens)
    wait_until(lambda: job_heartbeats.last_completion(job_heartbeats.TICK), "the tick behind them", program)
    wait_until(lambda: not redis.llen(f"rq:queue:{queue}"), "an empty queue", program)
    assert worker.poll() is None
    assert hostile.done == []
    assert httpserver.log == []
    names = {"pickled", "compressed", "previous-version", "system", "run", "module", "submodule", "private"}
    names |= {"instance", "named", "text", "meta", "bomb", "deep", "times", "nothing", "string"}
    assert {f"{queue}-{name}" for name in names} <= refused(program)
    assert not {f"{queue}-{name}" for name in ("callbacks", "webhooks", "result")} & refused(program)


def test_a_worker_survives_hostile_registries(
    harness: SyncHarness, redis: Redis, program: Program, hostile: Hostile, httpserver: HTTPServer
) -> None:
    for queue in (queues.CONTROL, queues.SYNC, queues.INDEX):
        hostile.fill_registries(queue)
    worker = program.fork("jobs.worker", queues.CONTROL, queues.SYNC, queues.INDEX)
    queues.enqueue(queues.SYNC, "jobs.tasks.tick")
    wait_until(lambda: job_heartbeats.last_completion(job_heartbeats.TICK), "the tick", program)
    assert worker.poll() is None
    assert (hostile.done, httpserver.log) == ([], [])
    # The worker takes a job from there after its last line has run.
    wait_until(lambda: not redis.zrangebyscore("rq:wip:sync", 0, "+inf"), "the end of the job", program)
    assert redis.smembers("rq:workers:sync") == {b"rq:worker:" + name_of(redis)}


def name_of(redis: Redis) -> bytes:
    (worker,) = [key for key in redis.scan_iter("rq:worker:*") if redis.type(key) == b"hash"]
    return bytes(worker.removeprefix(b"rq:worker:"))


def test_lists_of_the_wrong_type_do_not_end_a_worker(
    harness: SyncHarness, redis: Redis, program: Program
) -> None:
    for key in ("rq:wip:control", "rq:failed:control", "rq:queue:control:intermediate", "rq:groups"):
        redis.set(key, "not a list")
    worker = program.fork("jobs.worker", queues.CONTROL, queues.INDEX)
    queues.enqueue(queues.CONTROL, "jobs.tasks.drain_index")
    wait_until(lambda: not redis.llen("rq:queue:control"), "an empty queue", program)
    wait_until(lambda: "queue.upkeep_failed" in program.log, "the report", program)
    assert worker.poll() is None


def test_a_worker_takes_no_commands_from_redis(harness: SyncHarness, redis: Redis, program: Program) -> None:
    worker = program.fork("jobs.worker", queues.CONTROL, queues.INDEX)
    wait_until(lambda: redis.smembers("rq:workers"), "the worker", program)
    assert redis.publish(f"rq:pubsub:{name_of(redis).decode()}", '{"command": "shutdown"}') == 0
    assert worker.poll() is None


def test_the_scheduler_removes_what_is_not_declared_unread(
    harness: SyncHarness, redis: Redis, program: Program, hostile: Hostile
) -> None:
    hostile.fill_schedule()
    scheduler = program.fork("jobs.schedule")
    wait_until(lambda: set(redis.zrange(SET, 0, -1)) == EVERY, "the declared jobs alone", program)
    program.fork("jobs.worker", queues.CONTROL, queues.SYNC)
    wait_until(lambda: job_heartbeats.last_completion(job_heartbeats.TICK), "the tick", program)
    assert scheduler.poll() is None
    assert hostile.done == []


def test_jobs_of_the_previous_version_are_dropped_and_the_tick_queues_their_runs_again(
    harness: SyncHarness, redis: Redis, program: Program, hostile: Hostile
) -> None:
    import pickle

    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))
    harness.set_parts(part("TR", "A-1", 3))
    run = lifecycle.start(harness.dealer, "manual").run
    (job_id,) = [each.decode() for each in redis.lrange("rq:queue:sync", 0, -1)]
    data = pickle.dumps(("jobs.tasks.sync_run", None, (run.id,), {}))
    redis.hset(f"rq:job:{job_id}", "data", data)
    worker = program.fork("jobs.worker", queues.CONTROL, queues.SYNC)
    wait_until(lambda: job_id in refused(program), "the old job's end", program)
    program.fork("jobs.schedule")
    wait_until(lambda: harness.shelf_quantities() == {("TR", "A-1"): 3}, "the run", program)
    assert worker.poll() is None
