"""What the tick starts and finds (R6, R8, R19)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from flask import current_app
from redis import Redis
from sqlalchemy import select

from jobs.sync import tick
from tests.factories import make_manufacturer, make_product
from tests.sync_harness import SyncHarness
from webapp.core import clock, queues
from webapp.core.task_queue import TaskQueue
from webapp.extensions import db
from webapp.models import OutboxEntry, Run, SupplierCode
from webapp.runs import lifecycle
from webapp.runs.slots import delay

# 01:10 in Chicago: the slot is due for every dealer.
ONE_TEN = "2026-11-23T07:10:00Z"
BEFORE_ONE = datetime(2026, 11, 23, 6, tzinfo=UTC)


@pytest.fixture
def redis(redis_url: str, app: object) -> Iterator[Redis]:
    connection = Redis.from_url(redis_url)
    connection.flushdb()
    current_app.config["REDIS_URL"] = redis_url
    yield connection
    connection.flushdb()


@pytest.fixture
def mapped(harness: SyncHarness, redis: Redis) -> SyncHarness:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))
    return harness


@pytest.fixture
def scheduled(mapped: SyncHarness) -> SyncHarness:
    """A dealer that became ready before the slot of 1:00 AM."""
    mapped.set_ready_since(BEFORE_ONE)
    return mapped


def slots_of_runs() -> list[tuple[date | None, int | None, str]]:
    rows = db.session.scalars(select(Run).order_by(Run.id))
    return [(run.slot_date, run.slot_hour, run.status) for run in rows]


def waiting(redis: Redis, queue: str = queues.SYNC) -> int:
    return len(TaskQueue(queue, connection=redis))


def test_a_due_dealer_is_started_once(scheduled: SyncHarness, redis: Redis) -> None:
    with time_machine.travel(ONE_TEN, tick=True):
        tick.tick()
        tick.tick()
    assert slots_of_runs() == [(date(2026, 11, 23), 1, "queued")]
    assert waiting(redis) == 1


def test_a_slot_whose_run_has_ended_is_not_started_again(scheduled: SyncHarness) -> None:
    with time_machine.travel(ONE_TEN, tick=True):
        tick.tick()
        run = db.session.scalars(select(Run)).one()
        lifecycle.cancel(run)
        tick.tick()
    assert slots_of_runs() == [(date(2026, 11, 23), 1, "cancelled")]


def test_a_dealer_starts_only_after_its_own_delay(scheduled: SyncHarness) -> None:
    start = clock.now().replace(year=2026, month=11, day=23, hour=7, minute=0, second=0, microsecond=0)
    wait = delay(scheduled.dealer.id)
    with time_machine.travel(start + wait - timedelta(seconds=1), tick=False):
        tick.tick()
    assert slots_of_runs() == []
    with time_machine.travel(start + wait, tick=False):
        tick.tick()
    assert len(slots_of_runs()) == 1


def test_workers_get_simultaneous_dealers_in_the_order_of_their_delays(
    scheduled: SyncHarness, redis: Redis
) -> None:
    first = scheduled.dealer.id
    code = db.session.scalars(select(SupplierCode)).one()
    for number in range(4):
        scheduled.dealer = scheduled.add_dealer(f"Dealer {number}", f"471{number}")
        scheduled.map_code(code.code, code.manufacturer)
        scheduled.set_ready_since(BEFORE_ONE)
    with time_machine.travel(ONE_TEN, tick=True):
        tick.tick()
    jobs = TaskQueue(queues.SYNC, connection=redis).jobs
    started = [db.session.get_one(Run, job.args[0]).dealer_id for job in jobs]
    assert started == sorted(range(first, first + 5), key=delay) != sorted(started)


@pytest.mark.parametrize("spoil", ["not enabled", "no codes"])
def test_a_dealer_that_cannot_sync_is_not_started(harness: SyncHarness, redis: Redis, spoil: str) -> None:
    if spoil == "not enabled":
        harness.map_code("TR", make_manufacturer("Tucker"))
        harness.set_ready_since(BEFORE_ONE)
        harness.configuration.enabled = False
        db.session.commit()
    with time_machine.travel(ONE_TEN, tick=True):
        tick.tick()
    assert slots_of_runs() == []


def test_a_slot_waits_for_a_run_that_is_still_active(scheduled: SyncHarness) -> None:
    with time_machine.travel(ONE_TEN, tick=True):
        manual = lifecycle.record(scheduled.dealer, "manual").run
        tick.tick()
        assert slots_of_runs() == [(None, None, "queued")]
        lifecycle.cancel(manual)
        tick.tick()
    assert slots_of_runs() == [(None, None, "cancelled"), (date(2026, 11, 23), 1, "queued")]


def test_a_run_whose_worker_died_is_queued_again(mapped: SyncHarness, redis: Redis) -> None:
    run = lifecycle.record(mapped.dealer, "manual").run
    run.status, run.attempt, run.heartbeat_at = "running", 1, clock.now() - timedelta(seconds=91)
    db.session.commit()
    tick.tick()
    tick.tick()
    assert waiting(redis) == 1


def test_a_run_whose_worker_is_alive_is_left_alone(mapped: SyncHarness, redis: Redis) -> None:
    run = lifecycle.record(mapped.dealer, "manual").run
    run.status, run.attempt, run.heartbeat_at = "running", 1, clock.now() - timedelta(seconds=60)
    db.session.commit()
    tick.wake_stalled(clock.now())
    assert waiting(redis) == 0


def test_a_queued_run_that_redis_forgot_is_queued_again(mapped: SyncHarness, redis: Redis) -> None:
    lifecycle.start(mapped.dealer, "manual")
    redis.flushdb()
    tick.wake_stalled(clock.now())
    tick.wake_stalled(clock.now())
    assert waiting(redis) == 1


def test_a_redis_that_is_unavailable_loses_no_run(mapped: SyncHarness, redis: Redis) -> None:
    current_app.config["REDIS_URL"] = "redis://127.0.0.1:1/0"
    started = lifecycle.start(mapped.dealer, "manual")
    assert started.run.status == "queued"


def test_pending_outbox_entries_wake_the_index(mapped: SyncHarness, redis: Redis) -> None:
    manufacturer = make_manufacturer("Western")
    product = make_product(manufacturer, "W-1")
    db.session.add(OutboxEntry(dealer_id=mapped.dealer.id, product_id=product.id))
    db.session.commit()
    tick.tick()
    tick.tick()
    assert waiting(redis, queues.INDEX) == 1


def test_a_lost_check_is_requested_again(mapped: SyncHarness, redis: Redis) -> None:
    mapped.configuration.check_state = "checking"
    mapped.configuration.checked_at = clock.now() - timedelta(minutes=3)
    db.session.commit()
    tick.tick()
    assert waiting(redis, queues.CONTROL) == 1
    assert mapped.configuration.check_state == "checking"


@pytest.mark.parametrize(("hours", "was_ready", "jobs"), [(7, False, 1), (5, False, 0), (7, True, 0)])
def test_a_refusal_is_checked_again_only_for_a_dealer_without_scheduled_runs(
    mapped: SyncHarness, redis: Redis, hours: int, was_ready: bool, jobs: int
) -> None:
    """The scheduled runs of others find out by themselves that Lightspeed answers again."""
    mapped.configuration.check_state = "refused"
    mapped.configuration.checked_at = clock.now() - timedelta(hours=hours)
    mapped.configuration.ready_since = clock.now() if was_ready else None
    db.session.commit()
    tick.tick()
    assert waiting(redis, queues.CONTROL) == jobs
