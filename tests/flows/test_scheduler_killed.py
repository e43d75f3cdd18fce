"""A scheduler that is killed while it enqueues, at each of its commands to Redis (R6)."""

from __future__ import annotations

from datetime import timedelta
from threading import Event, Thread

import pytest
from redis import Redis
from redis.client import Monitor
from rq_scheduler import Scheduler

from tests.factories import make_manufacturer
from tests.flows.conftest import Program, wait_until
from tests.sync_harness import SyncHarness, part
from webapp.core import clock, queues
from webapp.extensions import db
from webapp.models import Run, SlotLedgerEntry
from webapp.runs import slots
from webapp.runs.lifecycle import Slot

# Commands to Redis, of the round in which the first tick is scheduled and queued; the last may be after it.
KILLED_AT = (6, 14, 22, 40)
EVERY_HOUR = range(24)
LOCK = Scheduler.scheduler_lock_key
ONE_KIND = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@ONE_KIND
def test_a_slot_starts_once_although_schedulers_are_killed_while_enqueuing(
    harness: SyncHarness, redis: Redis, program: Program
) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))
    harness.set_parts(part("TR", "A-1", 3))
    due = have_slot_due(harness)
    seen = [kill_at(number, redis, program) for number in KILLED_AT]
    # One of them came as far as to schedule the tick; which one depends on how soon it was killed.
    assert redis.exists(Scheduler.scheduled_jobs_key)
    assert len({len(commands) for commands in seen}) == len(KILLED_AT)
    program.fork("jobs.schedule", SYNC_HOURS=",".join(map(str, EVERY_HOUR)))
    program.fork("jobs.worker", queues.CONTROL, queues.SYNC, SYNC_HOURS=",".join(map(str, EVERY_HOUR)))
    wait_until(lambda: harness.shelf_quantities() == {("TR", "A-1"): 3}, "the run of the slot", program)
    found = db.session.execute(db.select(Run.trigger, Run.slot_date, Run.slot_hour)).all()
    assert [tuple(run) for run in found] == [("scheduled", due.date, due.hour)]


def have_slot_due(harness: SyncHarness) -> Slot:
    """Have the dealer's latest slot be the first that is not settled."""
    dealer = harness.dealer
    now, delay = clock.now(), slots.delay(dealer.id)
    last = slots.last_begun(now, dealer.zone, EVERY_HOUR, delay)
    before = slots.last_begun(now - timedelta(hours=1), dealer.zone, EVERY_HOUR, delay)
    harness.set_ready_since(now - timedelta(hours=4))
    settled = {"timezone": dealer.timezone, "slot_date": before.date, "slot_hour": before.hour}
    db.session.add(SlotLedgerEntry(dealer_id=dealer.id, **settled))
    db.session.commit()
    return last


def kill_at(number: int, redis: Redis, program: Program) -> list[str]:
    """Start a scheduler and kill it at that command; the commands that came from it."""
    commands: list[str] = []
    with Redis.from_url(program.environment["REDIS_URL"], socket_timeout=None).monitor() as monitor:
        reached = Event()
        Thread(target=listen, args=(monitor, number, commands, reached), daemon=True).start()
        process = program.fork("jobs.schedule")
        assert reached.wait(60), program.log
        process.kill()
        process.wait()
    # Its lock would expire by itself, some time later.
    redis.delete(LOCK)
    return commands


def listen(monitor: Monitor, number: int, commands: list[str], reached: Event) -> None:
    for command in monitor.listen():
        commands.append(command["command"].split()[0].lower())
        if len(commands) >= number:
            return reached.set()
