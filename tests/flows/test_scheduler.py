"""The scheduler process: one tick a minute, whatever fails (R6)."""

from __future__ import annotations

import signal
import time

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq_scheduler import Scheduler

from jobs import schedule
from jobs.processes.task_scheduler import TaskScheduler
from tests.flows.conftest import Program, wait_until
from tests.sync_harness import SyncHarness
from webapp.core import queues
from webapp.web import job_heartbeats

SET = Scheduler.scheduled_jobs_key
EVERY = {b"keep-house", b"sweep-storage", b"tick"}


def ticks(redis: Redis) -> int:
    return int(redis.llen("rq:queue:control"))


def test_two_schedulers_started_together_leave_one_tick(
    harness: SyncHarness, redis: Redis, program: Program
) -> None:
    both = [program.fork("jobs.schedule") for _ in range(2)]
    wait_until(lambda: program.log.count("scheduler.started") == 2, "both schedulers", program)
    wait_until(lambda: ticks(redis) == 1, "a tick", program)
    wait_until(lambda: set(redis.zrange(SET, 0, -1)) == EVERY, "the next tick", program)
    for process in both:
        process.send_signal(signal.SIGTERM)
    assert [process.wait(15) for process in both] == [0, 0]
    assert set(redis.zrange(SET, 0, -1)) == EVERY


def test_a_scheduler_that_was_killed_leaves_one_tick_to_the_next(
    harness: SyncHarness, redis: Redis, program: Program
) -> None:
    first = program.fork("jobs.schedule")
    wait_until(lambda: redis.zcard(SET) == len(EVERY), "the schedule", program)
    first.kill()
    program.fork("jobs.schedule")
    wait_until(lambda: program.log.count("scheduler.started") == 2, "the next scheduler", program)
    wait_until(lambda: ticks(redis) >= 1, "a tick", program)
    # One that is queued leaves the set for a moment.
    wait_until(lambda: set(redis.zrange(SET, 0, -1)) == EVERY, "the next tick", program)


def test_it_repairs_a_registry_with_unknown_and_unreadable_jobs(harness: SyncHarness, redis: Redis) -> None:
    redis.zadd(SET, {"left-over": 1, "tick": 1})
    redis.hset("rq:job:tick", mapping={"data": b"not a job", "created_at": b"nonsense"})
    scheduler = TaskScheduler(redis, schedule.DECLARED, 5)
    schedule.look(scheduler)
    assert set(redis.zrange(SET, 0, -1)) == EVERY
    assert ticks(redis) == 1


def test_an_existing_tick_is_not_changed(harness: SyncHarness, redis: Redis) -> None:
    scheduler = TaskScheduler(redis, schedule.DECLARED, 5)
    schedule.look(scheduler)
    due = redis.zscore(SET, "tick")
    schedule.look(scheduler)
    assert redis.zscore(SET, "tick") == due
    assert ticks(redis) == 1


def test_a_job_that_was_done_is_not_due_again_before_its_time(
    harness: SyncHarness, redis: Redis, program: Program
) -> None:
    scheduler = TaskScheduler(redis, schedule.DECLARED, 5)
    schedule.look(scheduler)
    program.fork("jobs.worker", queues.CONTROL, queues.SYNC)
    wait_until(
        lambda: job_heartbeats.last_completion(job_heartbeats.PURGE_ORPHAN_FILES), "all three", program
    )
    wait_until(lambda: job_heartbeats.last_completion(job_heartbeats.PURGE_EXPIRED), "all three", program)
    for each in schedule.DECLARED:
        assert redis.ttl(f"rq:job:{each.id}") > each.seconds
    due = redis.zrange(SET, 0, -1, withscores=True)
    schedule.look(scheduler)
    assert redis.zrange(SET, 0, -1, withscores=True) == due


def test_periodic_jobs_do_not_pile_up_without_workers(
    harness: SyncHarness, redis: Redis, program: Program
) -> None:
    scheduler = TaskScheduler(redis, schedule.DECLARED, 5)
    schedule.look(scheduler)
    for _ in range(10):
        # As if a minute, an hour and a day had gone by.
        redis.zadd(SET, dict.fromkeys(EVERY, 1), xx=True)
        schedule.look(scheduler)
    assert redis.lrange("rq:queue:control", 0, -1) == [b"tick"]
    assert sorted(redis.lrange("rq:queue:sync", 0, -1)) == [b"keep-house", b"sweep-storage"]
    soon = time.time() + 50
    assert all(due > soon for _, due in redis.zrange(SET, 0, -1, withscores=True))
    program.fork("jobs.worker", queues.CONTROL, queues.SYNC)
    wait_until(lambda: job_heartbeats.last_completion(job_heartbeats.TICK), "the tick", program)
    redis.zadd(SET, {"tick": 1}, xx=True)
    wait_until(lambda: not redis.llen("rq:queue:control"), "an empty queue", program)
    schedule.look(scheduler)
    # Once it was taken, the next one is queued as usual.
    assert redis.zscore(SET, "tick") > soon


def test_it_waits_for_a_redis_that_is_unavailable(harness: SyncHarness) -> None:
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            schedule.shutdown.request()

    # Without the client's own tries, which take seconds.
    away = TaskScheduler(Redis(port=1, retry=Retry(NoBackoff(), 0)), schedule.DECLARED, 5)
    try:
        schedule.keep_looking(away, pause)
    finally:
        schedule.shutdown.forget()
    assert pauses == [5, 5, 5]
