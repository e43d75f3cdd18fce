"""RQ queues, restricted to tasks (webapp/core/task_jobs.py)."""

from __future__ import annotations

from typing import Any

import structlog
from redis import Redis
from rq.queue import Queue

from webapp.core import job_payload
from webapp.core.task_jobs import TaskJob

log = structlog.get_logger(__name__)


class TaskQueue(Queue):
    """Queue of `TaskJob`."""

    job_class = TaskJob

    def __init__(self, name: str, connection: Redis, **options: Any) -> None:
        options |= {"job_class": TaskJob, "serializer": job_payload, "is_async": True}
        super().__init__(name, connection=connection, **options)

    @classmethod
    def dequeue_any(  # type: ignore[override]
        cls, queues: Any, timeout: int | None, connection: Redis, **_options: Any
    ) -> Any:
        """Return the next job; skip entries that aren't valid job ids."""
        while True:
            try:
                return super().dequeue_any(
                    queues, timeout, connection=connection, job_class=TaskJob, serializer=job_payload
                )
            except UnicodeDecodeError:
                log.error("job.refused", reason="its id is not text")

    def move_dependents_to_ready(self, *_arguments: Any, **_options: Any) -> dict[str, list[str]]:
        """No-op: no job depends on another."""
        return {}

    def enqueue_dependents(  # type: ignore[override]
        self, *_arguments: Any, **_options: Any
    ) -> None:
        """No-op: no job depends on another."""
