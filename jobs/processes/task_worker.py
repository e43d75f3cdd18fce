"""RQ's worker, confined to the tasks of this program (webapp/core/task_jobs.py).

It takes no commands from Redis, imports nothing that Redis names, and does not end on what it cannot read.
"""

from __future__ import annotations

import os
import re
import secrets
import socket
from collections.abc import Sequence
from typing import Any, Final

import structlog
from redis import Redis
from rq.job import Job
from rq.queue import Queue
from rq.utils import now
from rq.worker import Worker

from jobs.processes import queue_upkeep
from jobs.processes.failure_reasons import reason_of
from webapp.core import job_payload
from webapp.core.task_jobs import TaskJob
from webapp.core.task_queue import TaskQueue

log = structlog.get_logger(__name__)

# Redis refuses others in the name of a connection.
_UNFIT: Final = re.compile(r"[^A-Za-z0-9_-]+")


class TaskWorker(Worker):
    """A worker named by kind, host and process, which only carries out tasks."""

    def __init__(self, names: Sequence[str], connection: Redis, kind: str) -> None:
        super().__init__(
            [TaskQueue(name, connection=connection) for name in names],
            name=worker_name(kind),
            connection=connection,
            job_class=TaskJob,
            queue_class=TaskQueue,
            serializer=job_payload,
        )

    def subscribe(self) -> None:
        """Take no commands: whoever writes to Redis could end workers and jobs by them."""

    def clean_registries(self) -> None:
        """Tidy the lists of the queues, by one worker at a time."""
        for queue in self.queues:
            if queue.acquire_maintenance_lock():
                queue_upkeep.tidy(queue)
                queue.release_maintenance_lock()
        self.last_cleaned_at = now()  # type: ignore[assignment]

    def clean_group_registries(self) -> None:
        """There are no groups of jobs."""

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        """Log what a task raised; RQ's own line would have it as one long text."""
        log.error("job.failed", job=job.id, task=job.func_name, queue=job.origin, exc_info=exc_info)

    def handle_job_failure(
        self,
        job: Job,
        queue: Queue,
        started_job_registry: Any = None,
        exc_string: str = "",
        execution: Any = None,
    ) -> None:
        """Keep in Redis why a job failed, without the traceback, whose messages may hold anything."""
        super().handle_job_failure(job, queue, started_job_registry, reason_of(exc_string), execution)


def worker_name(kind: str) -> str:
    """Such as `sync.web-1.4711.9f3a`: the name of a worker that was killed stays taken for minutes."""
    host = os.environ.get("DYNO") or socket.gethostname()
    return f"{kind}.{_UNFIT.sub('-', host)}.{os.getpid()}.{secrets.token_hex(2)}"
