"""The real Redis and PostgreSQL of the tests, and the server that forks processes of the program.

Each is started once, when a test first asks.

`TEST_REDIS_URL` and `TEST_DATABASE_URL` name servers to use instead. The tests may empty the one numbered
database of that Redis; on that PostgreSQL they make databases of their own and drop them again.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.servers.databases import Databases
from sandbox.servers.fork_server import ForkServer
from sandbox.servers.postgres import PostgresServer
from sandbox.servers.redis import RedisServer


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The address of a Redis, empty when the tests start it."""
    given = os.environ.get("TEST_REDIS_URL")
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="redis-") as folder, RedisServer(Path(folder)) as server:
        yield server.url


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer | Databases]:
    """A PostgreSQL with `url`, `create_database(name, template=…)` and `drop_database(name)`."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield Databases(given)
        return
    # Not in pytest's own folder: under root the server runs as a user to whom that one is closed.
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder, PostgresServer(Path(folder)) as server:
        yield server


@pytest.fixture(scope="session")
def fork_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkServer]:
    """A process that has imported workers, scheduler and commands, with none of the program's settings."""
    log = tmp_path_factory.mktemp("fork-server") / "fork-server.log"
    modules = ["jobs.worker", "jobs.schedule", "jobs.cli", "flask.cli"]
    server = ForkServer(modules, {"PATH": os.environ["PATH"]}, log)
    yield server
    server.end()
