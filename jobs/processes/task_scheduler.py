"""rq-scheduler, confined to a declared list of periodic tasks.

Only declared jobs are ever read from its set in Redis: what else is there is removed unread. Each is queued
once and not again while it waits, so that ticks do not pile up while workers are away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from redis import Redis
from rq.job import Job
from rq_scheduler import Scheduler

from webapp.core.task_jobs import TaskJob
from webapp.core.task_names import Task
from webapp.core.task_queue import TaskQueue

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class PeriodicTask:
    """A job that is queued every `seconds`, always under the same id, and ended after `timeout` seconds."""

    id: str
    task: Task
    seconds: int
    queue: str
    timeout: int = 300


class TaskScheduler(Scheduler):
    """A scheduler of the declared jobs alone."""

    def __init__(self, connection: Redis, declared: Sequence[PeriodicTask], interval: int) -> None:
        super().__init__(connection=connection, interval=interval, job_class=TaskJob, queue_class=TaskQueue)
        self._declared = {each.id: each for each in declared}

    def reconcile(self) -> None:
        """Make the set what is declared, and nothing else."""
        if self.connection.type(self.scheduled_jobs_key) not in (b"zset", b"none"):
            self.connection.delete(self.scheduled_jobs_key)
        for entry in self.connection.zrange(self.scheduled_jobs_key, 0, -1):
            declared = self._declared.get(entry.decode(errors="replace"))
            if declared is None or not self._is_sound(declared):
                self.connection.zrem(self.scheduled_jobs_key, entry)
                log.warning("scheduler.job_removed", job=entry[:64].decode(errors="replace"))
        for each in self._declared.values():
            if each.id not in self:
                self._schedule(each)

    def _is_sound(self, declared: PeriodicTask) -> bool:
        """Whether the stored job can be read and says what is declared."""
        job = TaskJob.find(declared.id, self.connection)
        if job is None:
            return False
        found = (job.func_name, list(job.args), job.meta.get("interval"), job.origin, job.timeout)
        return found == (declared.task, [], declared.seconds, declared.queue, declared.timeout)

    def _schedule(self, declared: PeriodicTask) -> None:
        self.schedule(
            datetime.now(UTC).replace(tzinfo=None),
            declared.task,
            interval=declared.seconds,
            id=declared.id,
            queue_name=declared.queue,
            timeout=declared.timeout,
            # Until long after the next is due: a job that is gone by then would be queued at once.
            result_ttl=600 + 2 * declared.seconds,
        )

    def enqueue_jobs(self) -> None:
        """Queue the declared jobs that are due; none that waits already."""
        now = datetime.now(UTC).timestamp()
        for each in self._declared.values():
            due = self.connection.zscore(self.scheduled_jobs_key, each.id)
            job = TaskJob.find(each.id, self.connection) if due is not None and due <= now else None
            if job is not None:
                self._queue_once(job, each, now)

    def _queue_once(self, job: Job, declared: PeriodicTask, now: float) -> None:
        queue = TaskQueue(declared.queue, connection=self.connection)
        if self.connection.lpos(queue.key, declared.id) is None:
            self.enqueue_job(job)
        else:
            self.connection.zadd(self.scheduled_jobs_key, {declared.id: int(now) + declared.seconds})

    def get_queue_for_job(self, job: Job) -> TaskQueue:
        """The queue of a declared job; rq-scheduler would import a class that the job names."""
        return TaskQueue(self._declared[job.id].queue, connection=self.connection)
