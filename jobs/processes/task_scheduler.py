"""rq-scheduler, restricted to a declared list of periodic tasks.

Reads only declared jobs from its sorted set in Redis; other entries are removed unread. A job that still
waits in its queue is not enqueued again, so that ticks do not pile up while no worker runs.
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
    """Job that is enqueued every `seconds` under a fixed id, and times out after `timeout` seconds."""

    id: str
    task: Task
    seconds: int
    queue: str
    timeout: int = 300


class TaskScheduler(Scheduler):
    """Scheduler of the declared jobs only."""

    def __init__(self, connection: Redis, declared: Sequence[PeriodicTask], interval: int) -> None:
        super().__init__(connection=connection, interval=interval, job_class=TaskJob, queue_class=TaskQueue)
        self._declared = {task.id: task for task in declared}

    def reconcile(self) -> None:
        """Make the sorted set match the declared jobs: remove all other entries, and add missing ones."""
        if self.connection.type(self.scheduled_jobs_key) not in (b"zset", b"none"):
            self.connection.delete(self.scheduled_jobs_key)
        for entry in self.connection.zrange(self.scheduled_jobs_key, 0, -1):
            declared = self._declared.get(entry.decode(errors="replace"))
            if declared is None or not self._matches(declared):
                self.connection.zrem(self.scheduled_jobs_key, entry)
                log.warning("scheduler.job_removed", job=entry[:64].decode(errors="replace"))
        for task in self._declared.values():
            if task.id not in self:
                self._schedule(task)

    def _matches(self, declared: PeriodicTask) -> bool:
        """Whether the stored job is readable and equals the declared one."""
        job = TaskJob.find(declared.id, self.connection)
        if job is None:
            return False
        stored = (job.func_name, list(job.args), job.meta.get("interval"), job.origin, job.timeout)
        return stored == (declared.task, [], declared.seconds, declared.queue, declared.timeout)

    def _schedule(self, declared: PeriodicTask) -> None:
        self.schedule(
            datetime.now(UTC).replace(tzinfo=None),
            declared.task,
            interval=declared.seconds,
            id=declared.id,
            queue_name=declared.queue,
            timeout=declared.timeout,
            # Longer than the interval: a job that expires earlier would be scheduled again at once.
            result_ttl=600 + 2 * declared.seconds,
        )

    def enqueue_jobs(self) -> None:
        """Enqueue the declared jobs that are due, except those that still wait in their queue."""
        now = datetime.now(UTC).timestamp()
        for task in self._declared.values():
            due = self.connection.zscore(self.scheduled_jobs_key, task.id)
            job = TaskJob.find(task.id, self.connection) if due is not None and due <= now else None
            if job is not None:
                self._enqueue_once(job, task, now)

    def _enqueue_once(self, job: Job, declared: PeriodicTask, now: float) -> None:
        queue = TaskQueue(declared.queue, connection=self.connection)
        if self.connection.lpos(queue.key, declared.id) is None:
            self.enqueue_job(job)
        else:
            self.connection.zadd(self.scheduled_jobs_key, {declared.id: int(now) + declared.seconds})

    def get_queue_for_job(self, job: Job) -> TaskQueue:
        """Return the queue of a declared job; the overridden method imports a class that the job names."""
        return TaskQueue(self._declared[job.id].queue, connection=self.connection)
