"""Enqueueing with a Redis that is available, down, slow or full."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis

from sandbox.servers.redis import RedisServer
from tests.webapp.client import ON_SQLITE
from webapp.core import queues, redis_client

TASK = "jobs.tasks.sync_run"


@pytest.fixture
def server(app: Flask, tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis that a test may stop and fill."""
    with RedisServer(tmp_path / "redis") as running:
        app.config["REDIS_URL"] = running.url
        yield running


def waiting(server: RedisServer) -> list[str]:
    return [each.decode() for each in Redis.from_url(server.url).lrange("rq:queue:sync", 0, -1)]


def forget_glances() -> None:
    """As if the last look were long ago."""
    redis_client._last_probe.cache_clear()


@ON_SQLITE
def test_many_jobs_are_queued_at_once_and_none_twice(server: RedisServer) -> None:
    assert queues.enqueue_all("sync", TASK, {"a": (1,), "b": (2,)}) == 2
    assert queues.enqueue_all("sync", TASK, {"b": (2,), "c": (3,)}) == 2
    assert waiting(server) == ["a", "b", "c"]


@ON_SQLITE
def test_a_job_that_was_taken_but_never_started_is_queued_again(server: RedisServer) -> None:
    queues.enqueue("sync", TASK, 1, job_id="a")
    Redis.from_url(server.url).lpop("rq:queue:sync")
    assert queues.enqueue("sync", TASK, 1, job_id="a")
    assert waiting(server) == ["a"]


@ON_SQLITE
def test_an_unavailable_redis_delays_work_until_it_is_back(server: RedisServer) -> None:
    assert not queues.is_unavailable()
    server.stop()
    assert not queues.enqueue("sync", TASK, 1)
    assert queues.is_unavailable()
    server.start()
    forget_glances()
    assert not queues.is_unavailable()
    assert queues.enqueue("sync", TASK, 1)


@ON_SQLITE
def test_a_full_redis_delays_work_although_it_answers(server: RedisServer) -> None:
    client = Redis.from_url(server.url)
    client.config_set("maxmemory", "1mb")
    assert not queues.enqueue_all("sync", TASK, {"a": (1,)})
    assert client.ping()
    assert queues.is_unavailable()


@ON_SQLITE
def test_a_redis_that_hangs_keeps_one_thread_for_a_moment_and_the_others_not_at_all(app: Flask) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        app.config["REDIS_URL"] = f"redis://127.0.0.1:{listener.getsockname()[1]}/0"
        glance = threading.Thread(target=_glance, args=(app,))
        glance.start()
        time.sleep(0.1)
        begun = time.monotonic()
        answers = [queues.is_unavailable() for _ in range(100)]
        took = time.monotonic() - begun
        glance.join()
        assert took < redis_client.GLANCE
        assert answers == [False] * 100
        assert queues.is_unavailable()


def _glance(app: Flask) -> None:
    with app.app_context():
        queues.is_unavailable()


@ON_SQLITE
def test_without_a_redis_nothing_is_delayed_and_nothing_is_queued(app: Flask) -> None:
    assert not queues.is_unavailable()
    assert not queues.enqueue("sync", TASK, 1)
    assert queues.enqueue_all("sync", TASK, {"a": (1,)}) == 0
