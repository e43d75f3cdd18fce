"""Reused databases are as new: what one test leaves behind must not reach the next."""

from __future__ import annotations

import os
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.engine import make_url

from sandbox.servers.databases import Databases
from sandbox.servers.postgres import PostgresServer
from tests import database_pool
from tests.database_pool import DatabasePool

INSERT = "INSERT INTO organizations (name, created_at) VALUES ('Prairie', now()) RETURNING id"
MANY = """
    INSERT INTO organizations (name, created_at)
    SELECT 'Prairie ' || n, now() FROM generate_series(1, 6000) AS n
"""
COUNT = "SELECT count(*) FROM organizations"


@pytest.fixture
def pool(postgres_server: PostgresServer, postgres_template: str) -> Iterator[DatabasePool]:
    pool = DatabasePool(postgres_server, postgres_template)
    yield pool
    pool.close()


def execute(url: str, statement: str) -> Any:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchone() if cursor.description else None


def identity(url: str) -> Any:
    """Return what stays the same when a database is renamed."""
    return execute(url, "SELECT oid FROM pg_database WHERE datname = current_database()")


def give_back_and_take(pool: DatabasePool, url: str) -> str:
    pool.give_back(url)
    return pool.take()


def test_a_returned_database_is_given_out_again_without_its_rows(pool: DatabasePool):
    first = pool.take()
    database = identity(first)
    execute(first, INSERT)
    second = give_back_and_take(pool, first)
    assert (identity(second), execute(second, COUNT)) == (database, (0,))
    pool.give_back(second)


def test_ids_start_again(pool: DatabasePool):
    first = pool.take()
    before = execute(first, INSERT)
    second = give_back_and_take(pool, first)
    assert execute(second, INSERT) == before
    pool.give_back(second)


def test_a_stale_client_is_disconnected_and_cannot_reconnect(pool: DatabasePool):
    first = pool.take()
    with psycopg.connect(first) as left_behind:
        second = give_back_and_take(pool, first)
        with pytest.raises(psycopg.OperationalError):
            left_behind.execute(COUNT)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        execute(first, COUNT)
    pool.give_back(second)


def test_a_spare_database_that_is_connected_to_again_is_not_given_out(pool: DatabasePool):
    first = pool.take()
    database = identity(first)
    pool.give_back(first)
    with psycopg.connect(first):
        second = pool.take()
    assert identity(second) != database
    pool.give_back(second)


@pytest.fixture
def local_pool(postgres_server: PostgresServer | Databases) -> Iterator[DatabasePool]:
    """A pool on a server of this host, whose processes can be stopped."""
    with ExitStack() as stack:
        server = postgres_server
        if not isinstance(server, PostgresServer):
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="postgres-"))
            server = stack.enter_context(PostgresServer(Path(folder)))
        template = f"template_{uuid4().hex[:12]}"
        execute(server.create_database(template), "CREATE TABLE alembic_version (version_num text)")
        pool = DatabasePool(server, template)
        yield pool
        pool.close()
        server.drop_database(template)


def test_a_backend_that_does_not_end_in_time_prevents_reuse(
    local_pool: DatabasePool, monkeypatch: pytest.MonkeyPatch
):
    pool = local_pool
    monkeypatch.setattr(database_pool, "_DISCONNECT_WITHIN", 0.2)
    first = pool.take()
    database = identity(first)
    with psycopg.connect(first) as left_behind:
        backend = left_behind.info.backend_pid
        os.kill(backend, signal.SIGSTOP)
        resume = threading.Timer(2, os.kill, (backend, signal.SIGCONT))
        resume.start()
        second = give_back_and_take(pool, first)
        resume.join()
    assert identity(second) != database
    pool.give_back(second)


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE organizations ADD COLUMN note text",
        "CREATE TABLE more (id integer)",
        "CREATE INDEX more ON organizations (name)",
        "CREATE FUNCTION more() RETURNS integer LANGUAGE sql RETURN 1",
        "DROP TABLE sign_ins",
        "TRUNCATE organizations CASCADE",
        "ANALYZE organizations",
        "UPDATE alembic_version SET version_num = 'another'",
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = 64', current_database()); END $$",
        MANY,
    ],
)
def test_a_database_with_many_changes_is_not_reused(pool: DatabasePool, change: str):
    first = pool.take()
    database = identity(first)
    execute(first, INSERT)
    execute(first, change)
    second = give_back_and_take(pool, first)
    assert identity(second) != database
    assert execute(second, COUNT) == (0,)
    pool.give_back(second)


def test_a_closed_pool_leaves_no_database(pool: DatabasePool, postgres_server: PostgresServer):
    url = pool.take()
    pool.give_back(url)
    pool.close()
    name = make_url(url).database
    assert execute(postgres_server.url, f"SELECT count(*) FROM pg_database WHERE datname = '{name}'") == (0,)
