"""RQ's jobs, confined: data in Redis names a task and ids, and never code to run.

Queues, workers and rq-scheduler use these classes only (tests/architecture/test_jobs.py). What cannot be read
as such a job is logged, deleted, and does not exist to RQ.
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

# What a job may be made with; callbacks, webhooks, dependencies, retries and repeats are not among them.
_OPTIONS: Final = frozenset(
    {"args", "connection", "result_ttl", "ttl", "status", "timeout", "id", "origin", "meta", "failure_ttl"}
)


def _refuse_pickle(*_arguments: Any, **_named: Any) -> NoReturn:
    raise ValueError("pickle is disabled for jobs")


# RQ falls back to it wherever it makes a job without a serializer.
DefaultSerializer.loads = _refuse_pickle
DefaultSerializer.dumps = _refuse_pickle


class RefusedJob(NoSuchJobError):
    """What is stored is not a job of ours; RQ and rq-scheduler take it as not being there."""


class TaskJob(Job):
    """A job that can only be one of the known tasks, with whole numbers as arguments."""

    def __init__(
        self, id: str | None = None, connection: Redis | None = None, serializer: Any = None
    ) -> None:
        super().__init__(id, connection=connection, serializer=job_payload)

    @classmethod
    def create(cls, func: Any, **options: Any) -> Job:  # type: ignore[override]
        """A new job. Raises ValueError for what is no task, or for options that are not in use."""
        given = {name for name, value in options.items() if value is not None and value != {}}
        unknown = given - _OPTIONS - {"serializer", "kwargs", "description"}
        if unknown or options.get("kwargs"):
            raise ValueError(f"jobs have no {', '.join(sorted(unknown)) or 'named arguments'}")
        kept = {name: value for name, value in options.items() if name in _OPTIONS}
        return super().create(str(Task(func)), **kept)

    @classmethod
    def fetch(cls, id: str, connection: Redis | None = None, serializer: Any = None) -> Job:
        """The job as it is stored. Raises NoSuchJobError, or its RefusedJob for what is no job of ours."""
        try:
            return super().fetch(id, connection=connection)
        except ValueError:
            raise RefusedJob("its id is not one") from None

    @classmethod
    def find(cls, id: str, connection: Redis) -> Job | None:
        """The job as it is stored, if it is there and one of ours."""
        try:
            return cls.fetch(id, connection=connection)
        except NoSuchJobError:
            return None

    @classmethod
    def fetch_many(cls, job_ids: Iterable[str], connection: Redis, serializer: Any = None) -> list[Any]:
        """Each job as `find` has it."""
        return [cls.find(job_id, connection) for job_id in job_ids]

    def refresh(self) -> None:
        """Read the job again; what is no job of ours is deleted. Raises NoSuchJobError."""
        try:
            super().refresh()
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
        """Take over what a hash holds, as far as it is known. Raises RefusedJob."""
        try:
            super().restore(job_payload.checked(raw_data))
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
        """The task's function. Raises ValueError for a name that is not in the list."""
        name = Task(str(self.func_name))
        found: Callable[..., Any] = getattr(import_module(MODULE), name.rpartition(".")[2])
        return found

    @property
    def success_callback(self) -> None:
        """There are no callbacks: RQ would import what Redis names."""

    failure_callback = stopped_callback = success_callback

    def send_webhooks(self, status: Any, *, exc_string: str | None = None) -> None:
        """There are no webhooks: RQ would send requests to addresses that Redis names."""
