"""Restricted RQ jobs: data in Redis names a task and ids, and never code to run.

Queues, workers and rq-scheduler use only these classes (tests/architecture/test_jobs.py). A hash that isn't a
valid job is logged, deleted, and treated by RQ as missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any, Final, NoReturn

import structlog
from redis import Redis
from redis.exceptions import ResponseError
from rq.exceptions import InvalidJobOperation, NoSuchJobError
from rq.job import Job, JobStatus
from rq.serializers import DefaultSerializer

from webapp.core import job_payload
from webapp.core.task_names import MODULE, Task

log = structlog.get_logger(__name__)

# The options that a job may be created with; callbacks, webhooks, dependencies, retries and repeats are
# excluded.
_OPTIONS: Final = frozenset(
    {"args", "connection", "result_ttl", "ttl", "status", "timeout", "id", "origin", "meta", "failure_ttl"}
)


def _refuse_pickle(*_arguments: Any, **_named: Any) -> NoReturn:
    raise ValueError("pickle is disabled for jobs")


# RQ's fallback wherever it creates a job without a serializer.
DefaultSerializer.loads = _refuse_pickle
DefaultSerializer.dumps = _refuse_pickle


class RefusedJob(NoSuchJobError):
    """Stored hash that isn't a valid job; RQ and rq-scheduler treat it as missing."""


class TaskJob(Job):
    """Job that can only be one of the known tasks, with integer arguments."""

    def __init__(
        self, id: str | None = None, connection: Redis | None = None, serializer: Any = None
    ) -> None:
        super().__init__(id, connection=connection, serializer=job_payload)

    @classmethod
    def create(cls, func: Any, **options: Any) -> Job:  # type: ignore[override]
        """Create a job. Raises ValueError for an unknown task, or for unsupported options."""
        given = {name for name, value in options.items() if value is not None and value != {}}
        unknown = given - _OPTIONS - {"serializer", "kwargs", "description"}
        if unknown or options.get("kwargs"):
            raise ValueError(f"jobs have no {', '.join(sorted(unknown)) or 'named arguments'}")
        kept = {name: value for name, value in options.items() if name in _OPTIONS}
        return super().create(str(Task(func)), **kept)

    @classmethod
    def fetch(cls, id: str, connection: Redis | None = None, serializer: Any = None) -> Job:
        """Load a job. Raises NoSuchJobError, or its subclass RefusedJob if the hash is invalid."""
        try:
            return super().fetch(id, connection=connection)
        except ValueError:
            raise RefusedJob("its id is not one") from None

    @classmethod
    def find(cls, id: str, connection: Redis) -> Job | None:
        """Load a job, or return None if it is missing or invalid."""
        try:
            return cls.fetch(id, connection=connection)
        except NoSuchJobError:
            return None

    @classmethod
    def fetch_many(cls, job_ids: Iterable[str], connection: Redis, serializer: Any = None) -> list[Any]:
        """Load each job as `find` does."""
        return [cls.find(job_id, connection) for job_id in job_ids]

    def refresh(self) -> None:
        """Reload the job; an invalid one is deleted. Raises NoSuchJobError."""
        try:
            super().refresh()  # type: ignore[no-untyped-call]
        except RefusedJob as refused:
            self._drop(str(refused))
            raise
        except ResponseError:
            self._drop("it is not a hash")
            raise RefusedJob("it is not a hash") from None

    def _drop(self, reason: str) -> None:
        log.error("job.refused", job=self.id, reason=reason)
        self.connection.delete(self.key, self.dependents_key)

    def restore(self, raw_data: Any) -> None:
        """Read the known fields of a hash. Raises RefusedJob."""
        try:
            super().restore(job_payload.validated_fields(raw_data))
        except NoSuchJobError:
            raise
        except job_payload.InvalidPayload as invalid:
            raise RefusedJob(str(invalid)) from None
        except (ValueError, TypeError, KeyError, OverflowError):
            raise RefusedJob("its times or status are malformed") from None

    def _deserialize_data(self) -> None:
        self._func_name, self._args = job_payload.task_of(self.data)
        self._instance, self._kwargs = None, {}

    def _fetch_status(self) -> JobStatus:
        try:
            return super()._fetch_status()
        except (ValueError, ResponseError):
            raise InvalidJobOperation("its status is malformed") from None

    @property
    def func(self) -> Callable[..., Any]:
        """Return the task's function. Raises ValueError for a name that isn't in the list."""
        name = Task(str(self.func_name))
        found: Callable[..., Any] = getattr(import_module(MODULE), name.rpartition(".")[2])
        return found

    @property
    def success_callback(self) -> None:
        """Disable callbacks: RQ would import what Redis names."""

    failure_callback = stopped_callback = success_callback

    def send_webhooks(self, status: Any, *, exc_string: str | None = None) -> None:
        """Disable webhooks: RQ would send requests to addresses that Redis names."""
