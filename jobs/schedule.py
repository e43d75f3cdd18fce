"""The scheduler process: `python -m jobs.schedule`. It holds a declared list of periodic jobs.

rq-scheduler ends at the first sign of trouble: when Redis is away, and when one job in its set cannot be
read. So its loop is driven from here, and the set is put right before every round: whatever is not declared
is removed, whatever is missing is put back (two schedulers, or a crash, leave exactly one of each).

Beside that loop, and whatever becomes of it, the same process watches for alerts
(`jobs.notifications.alert_loop`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import structlog
from redis.exceptions import RedisError

from jobs import shutdown
from jobs.notifications import alert_loop
from jobs.processes.task_scheduler import PeriodicTask, TaskScheduler
from webapp.application import create_app
from webapp.core import queues
from webapp.core.logs import configure_logs
from webapp.core.redis_errors import describe
from webapp.core.task_names import Task
from webapp.settings.database_settings import SCHEDULER
from webapp.settings.env import ConfigurationError
from webapp.web import job_heartbeats

log = structlog.get_logger(__name__)

# Seconds between two looks at what is due.
LOOK_EVERY = 5
LEAVE_WITHIN = 5


# What takes longer than moments is no short work: a tick would have to wait for it.
DECLARED = (
    PeriodicTask(job_heartbeats.TICK, Task.TICK, 60, queues.CONTROL),
    PeriodicTask(job_heartbeats.PURGE_EXPIRED, Task.PURGE_EXPIRED, 60 * 60, queues.SYNC),
    PeriodicTask(
        job_heartbeats.PURGE_ORPHAN_FILES, Task.PURGE_ORPHAN_FILES, 24 * 60 * 60, queues.SYNC, timeout=3600
    ),
)


def look(scheduler: TaskScheduler) -> None:
    """One round: put the set right, then queue what is due, unless another scheduler is at it."""
    if not scheduler.acquire_lock():
        return
    try:
        scheduler.reconcile()
        scheduler.enqueue_jobs()
    finally:
        scheduler.remove_lock()


def keep_looking(scheduler: TaskScheduler, pause: Callable[[float], Any]) -> None:
    """Look until told to stop; a Redis that is away is waited for."""
    away = False
    while not shutdown.requested():
        try:
            if away:
                _hurry(scheduler)
            look(scheduler)
            if away:
                log.info("scheduler.redis_recovered")
            away = False
        except RedisError as error:
            if not away:
                log.error("scheduler.redis_lost", error=describe(error))
            away = True
        except Exception:
            # Nothing that is wrong with one round may end the process, which also watches for alerts.
            log.exception("scheduler.round_failed")
        pause(LOOK_EVERY)


def _hurry(scheduler: TaskScheduler) -> None:
    """Have the tick find at once what could not be queued before."""
    due = {job_heartbeats.TICK: int(datetime.now(UTC).timestamp())}
    scheduler.connection.zadd(scheduler.scheduled_jobs_key, due, xx=True)


def main() -> int:
    """Run the scheduler until SIGTERM or SIGINT."""
    configure_logs()
    shutdown.on_signals(*shutdown.USUAL)
    try:
        app = create_app(kind=SCHEDULER)
        with app.app_context():
            connection = queues.connection()
    except (ConfigurationError, RedisError) as error:
        print(f"Error: {error}", file=sys.stderr)  # noqa: T201 - this is the command's answer
        return 1
    log.info("scheduler.started", jobs=[each.id for each in DECLARED])
    watching = alert_loop.start(app)
    keep_looking(TaskScheduler(connection, DECLARED, LOOK_EVERY), shutdown.pause)
    # What is being sent may still arrive; a platform waits some 10 s before it ends the process.
    watching.join(LEAVE_WITHIN)
    return 0


if __name__ == "__main__":
    sys.exit(main())
