"""RQ's worker, restricted to this program's tasks (webapp/core/task_jobs.py).

Ignores commands from Redis, imports nothing by a name stored in Redis, and survives unreadable entries.
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

# Characters that Redis rejects in the name of a connection.
_INVALID: Final = re.compile(r"[^A-Za-z0-9_-]+")


class TaskWorker(Worker):
    """Worker that runs only tasks, named by kind, host and process."""

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
        """Do not subscribe to commands: any client with write access to Redis could stop workers and jobs."""

    def clean_registries(self) -> None:
        """Maintain the registries of the queues, under a lock for each queue."""
        for queue in self.queues:
            if queue.acquire_maintenance_lock():
                queue_upkeep.tidy(queue)
                queue.release_maintenance_lock()
        self.last_cleaned_at = now()  # type: ignore[assignment]

    def clean_group_registries(self) -> None:
        """Do nothing: job groups are not used."""

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        """Log the exception of a task as structured data; RQ logs it as one long text."""
        log.error("job.failed", job=job.id, task=job.func_name, queue=job.origin, exc_info=exc_info)

    def handle_job_failure(
        self,
        job: Job,
        queue: Queue,
        started_job_registry: Any = None,
        exc_string: str = "",
        execution: Any = None,
    ) -> None:
        """Store the reason of a failure in Redis, without the traceback, which may contain sensitive data."""
        super().handle_job_failure(job, queue, started_job_registry, reason_of(exc_string), execution)


def worker_name(kind: str) -> str:
    """Return a unique name, `sync.web-1.4711.9f3a`: a killed worker's name stays reserved for minutes."""
    host = os.environ.get("DYNO") or socket.gethostname()
    return f"{kind}.{_INVALID.sub('-', host)}.{os.getpid()}.{secrets.token_hex(2)}"
