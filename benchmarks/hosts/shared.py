"""What the hosts share: PostgreSQL, Redis, S3, and the service that they all ask. Each on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from redis import Redis
from rq.worker import Worker

from benchmarks.databases import Database, postgresql
from benchmarks.environment import environment
from benchmarks.hosts.host import Host
from benchmarks.service import Service, service
from sandbox.servers.redis import RedisServer
from sandbox.servers.s3 import S3Server
from webapp.core import job_payload
from webapp.core.task_jobs import TaskJob
from webapp.core.task_queue import TaskQueue

BUCKET = "reports"


@dataclass(frozen=True)
class Shared:
    """The running services, and the variables that name them and the keys."""

    database: Database
    redis: RedisServer
    s3: S3Server
    service: Service
    keys: dict[str, str]

    @property
    def ports(self) -> list[int]:
        """What a host must reach."""
        return [int(url.rsplit(":", 1)[-1].partition("/")[0]) for url in self._urls().values()]

    def _urls(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.database.url,
            "REDIS_URL": self.redis.url,
            "AWS_ENDPOINT_URL": self.s3.url,
            "LIGHTSPEED_API_URL": self.service.url,
        }

    def variables(self, seen_at: str) -> dict[str, str]:
        """What the program is configured with where the services are seen at this address."""
        urls = {name: url.replace("127.0.0.1", seen_at) for name, url in self._urls().items()}
        storage = {**self.s3.variables, "REPORT_STORAGE_URL": f"s3://{BUCKET}/hosts"}
        return {**self.keys, **storage, **urls, "LIGHTSPEED_ALLOWED_HOSTS": seen_at}

    def ask(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of a query, or none of a statement, which is committed."""
        with psycopg.connect(self.database.url) as connection:
            cursor = connection.execute(question, values)
            return cursor.fetchall() if cursor.description else []

    def runs_at(self, host: Host) -> set[int]:
        """The runs that workers of a host are carrying out now."""
        with Redis.from_url(self.redis.url) as redis:
            jobs = [
                one.get_current_job()
                for one in Worker.all(redis, TaskJob, TaskQueue, serializer=job_payload)
                if host.has(one)
            ]
            return {job.args[0] for job in jobs if job is not None and job.func_name.endswith("sync_run")}


@contextmanager
def shared(folder: Path) -> Iterator[Shared]:
    """Start all of it in a folder."""
    nowhere = environment("", "", folder)
    keys = {name: nowhere[name] for name in ("SECRET_KEY", "CREDENTIALS_KEYS", "PYTHONUNBUFFERED")}
    with (
        postgresql(folder) as database,
        RedisServer(folder / "redis") as redis,
        S3Server(folder / "s3") as s3,
        service(nowhere, folder) as serving,
    ):
        s3.create_bucket(BUCKET)
        yield Shared(database, redis, s3, serving, keys)
