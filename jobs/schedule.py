"""The scheduler process: `python -m jobs.schedule`. It holds a declared list of periodic jobs.

rq-scheduler ends at the first sign of trouble: when Redis is away, and when one job in its set cannot be
read. So its loop is driven from here, and the set is put right before every round: whatever is not declared
is removed, whatever is missing is put back (two schedulers, or a crash, leave exactly one of each).

Beside that loop, and whatever becomes of it, the same process watches for alerts (`jobs.alerts.watch`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq.exceptions import NoSuchJobError
from rq.job import Job
from rq_scheduler import Scheduler

from jobs import stopping
from jobs.alerts import watch
from webapp import periodic, queues
from webapp.config import ConfigurationError
from webapp.factory import create_app
from webapp.logs import configure_logs

log = structlog.get_logger(__name__)

# Seconds between two looks at what is due.
LOOK_EVERY = 5
LEAVE_WITHIN = 5


@dataclass(frozen=True)
class Periodic:
    """A job that is queued every `seconds`, always under the same id, and ended after `timeout` seconds."""

    id: str
    task: str
    seconds: int
    queue: str
    timeout: int = 300


# What takes longer than moments is no short work: a tick would have to wait for it.
DECLARED = (
    Periodic(periodic.TICK, "jobs.tasks.tick", 60, queues.CONTROL),
    Periodic(periodic.KEEP_HOUSE, "jobs.tasks.keep_house", 60 * 60, queues.SYNC),
    Periodic(periodic.SWEEP_STORAGE, "jobs.tasks.sweep_storage", 24 * 60 * 60, queues.SYNC, timeout=3600),
)


def reconcile(scheduler: Scheduler) -> None:
    """Make the scheduler's set what is declared, and nothing else."""
    declared = {each.id: each for each in DECLARED}
    for raw in scheduler.connection.zrange(scheduler.scheduled_jobs_key, 0, -1):
        job_id = raw.decode()
        if job_id not in declared or not _is_sound(scheduler.connection, declared[job_id]):
            scheduler.connection.zrem(scheduler.scheduled_jobs_key, job_id)
    for each in DECLARED:
        if each.id not in scheduler:
            _schedule(scheduler, each)


def _is_sound(connection: Redis, declared: Periodic) -> bool:
    """Whether the stored job can be read and says what is declared."""
    try:
        job = Job.fetch(declared.id, connection=connection)
        return (job.func_name, job.meta.get("interval"), job.origin) == (
            declared.task,
            declared.seconds,
            declared.queue,
        )
    except RedisError:
        raise
    except NoSuchJobError:
        return False
    except Exception:  # noqa: BLE001 - whatever makes it unreadable, it is replaced
        log.warning("schedule.unreadable", job=declared.id)
        return False


def _schedule(scheduler: Scheduler, declared: Periodic) -> None:
    scheduler.schedule(
        datetime.now(UTC).replace(tzinfo=None),
        declared.task,
        interval=declared.seconds,
        id=declared.id,
        queue_name=declared.queue,
        timeout=declared.timeout,
        # Until long after the next is due: a job that is gone by then is taken for lost, and queued at once.
        result_ttl=600 + 2 * declared.seconds,
    )


def look(scheduler: Scheduler) -> None:
    """One round: put the set right, then queue what is due, unless another scheduler is at it."""
    if not scheduler.acquire_lock():
        return
    try:
        reconcile(scheduler)
        scheduler.enqueue_jobs()
    finally:
        scheduler.remove_lock()


def keep_looking(scheduler: Scheduler, pause: Callable[[float], Any]) -> None:
    """Look until told to stop; a Redis that is away is waited for."""
    away = False
    while not stopping.requested():
        try:
            if away:
                _hurry(scheduler)
            look(scheduler)
            if away:
                log.info("schedule.redis_back")
            away = False
        except RedisError as error:
            if not away:
                log.error("schedule.redis_away", error=type(error).__name__)
            away = True
        pause(LOOK_EVERY)


def _hurry(scheduler: Scheduler) -> None:
    """Have the tick find at once what could not be queued meanwhile."""
    due = {periodic.TICK: int(datetime.now(UTC).timestamp())}
    scheduler.connection.zadd(scheduler.scheduled_jobs_key, due, xx=True)


def main() -> int:
    """Run the scheduler until SIGTERM or SIGINT."""
    configure_logs()
    stopping.on_signals(*stopping.USUAL)
    try:
        app = create_app()
        with app.app_context():
            connection = queues.connection()
    except (ConfigurationError, RedisError) as error:
        print(f"Error: {error}", file=sys.stderr)  # noqa: T201 - this is the command's answer
        return 1
    log.info("schedule.started", jobs=[each.id for each in DECLARED])
    watching = watch.start(app)
    keep_looking(Scheduler(connection=connection, interval=LOOK_EVERY), stopping.pause)
    # What is being sent may still arrive; a platform waits some 10 s before it ends the process.
    watching.join(LEAVE_WITHIN)
    return 0


if __name__ == "__main__":
    sys.exit(main())
