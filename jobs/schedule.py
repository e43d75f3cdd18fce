"""Scheduler process: `python -m jobs.schedule`. It enqueues a declared list of periodic jobs.

rq-scheduler's own loop ends on any error: when Redis is unavailable, or when a job in its sorted set is
unreadable. Therefore this module has its own loop, which reconciles the set with the declared list in every
round. After a crash, or with two schedulers, each job is still in the set exactly once.

The same process runs the alert loop in a thread, independently of this one (`jobs.notifications.alert_loop`).
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

# Seconds between two rounds.
LOOK_EVERY = 5
LEAVE_WITHIN = 5


# Long tasks are not on the control queue, where they would delay the tick.
DECLARED = (
    PeriodicTask(job_heartbeats.TICK, Task.TICK, 60, queues.CONTROL),
    PeriodicTask(job_heartbeats.PURGE_EXPIRED, Task.PURGE_EXPIRED, 60 * 60, queues.SYNC),
    PeriodicTask(
        job_heartbeats.PURGE_ORPHAN_FILES, Task.PURGE_ORPHAN_FILES, 24 * 60 * 60, queues.SYNC, timeout=3600
    ),
)


def look(scheduler: TaskScheduler) -> None:
    """Reconcile the set and enqueue due jobs, unless another scheduler holds the lock."""
    if not scheduler.acquire_lock():
        return
    try:
        scheduler.reconcile()
        scheduler.enqueue_jobs()
    finally:
        scheduler.remove_lock()


def keep_looking(scheduler: TaskScheduler, pause: Callable[[float], Any]) -> None:
    """Run rounds until shutdown; after an outage of Redis, enqueue a tick at once."""
    is_redis_lost = False
    while not shutdown.requested():
        try:
            if is_redis_lost:
                _schedule_tick_now(scheduler)
            look(scheduler)
            if is_redis_lost:
                log.info("scheduler.redis_recovered")
            is_redis_lost = False
        except RedisError as error:
            if not is_redis_lost:
                log.error("scheduler.redis_lost", error=describe(error))
            is_redis_lost = True
        except Exception:
            # An error in one round must not end the process, which also runs the alert loop.
            log.exception("scheduler.round_failed")
        pause(LOOK_EVERY)


def _schedule_tick_now(scheduler: TaskScheduler) -> None:
    """Make the tick due: it enqueues the jobs that could not be enqueued during the outage."""
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
        print(f"Error: {error}", file=sys.stderr)  # noqa: T201 - the command's output
        return 1
    log.info("scheduler.started", jobs=[task.id for task in DECLARED])
    alert_thread = alert_loop.start(app)
    keep_looking(TaskScheduler(connection, DECLARED, LOOK_EVERY), shutdown.pause)
    # Time for the delivery in progress; a platform kills the process after some 10 s.
    alert_thread.join(LEAVE_WITHIN)
    return 0


if __name__ == "__main__":
    sys.exit(main())
