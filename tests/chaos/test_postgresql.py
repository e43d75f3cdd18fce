"""Disturbed runs on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from benchmarks.testbed import temporary_folder
from sandbox.servers.os_user import unprivileged_account
from sandbox.servers.postgres import PostgresServer
from sandbox.servers.redis import RedisServer
from tests.chaos.database_faults import of_postgresql
from tests.chaos.harness import harness
from tests.chaos.survival import Deployment, Survival
from tests.chaos.volume import RefusedWrites, Volume, small_volume


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    """One for all tests, on servers of its own, as they are stopped and killed."""
    with (
        temporary_folder("chaos") as folder,
        small_volume(folder / "volume") as volume,
        RedisServer(folder / "redis") as redis,
        PostgresServer(folder / "server") as server,
    ):
        url = _on_volume(server, volume) if volume else server.create_database("chaos")
        with harness(url, redis.url, folder) as running:
            yield Deployment(running, redis, of_postgresql(server), volume or RefusedWrites(folder))


def _on_volume(server: PostgresServer, volume: Volume) -> str:
    """A database on the small volume; the server's write-ahead log is elsewhere."""
    place = volume.folder / "tablespace"
    place.mkdir()
    if account := unprivileged_account():
        account.takes(place)
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"CREATE TABLESPACE small LOCATION '{place}'")
        connection.execute("CREATE DATABASE chaos TEMPLATE template0 ENCODING 'UTF8' TABLESPACE small")
    return server.url.rsplit("/", 1)[0] + "/chaos"


class TestOnPostgresql(Survival):
    pass
