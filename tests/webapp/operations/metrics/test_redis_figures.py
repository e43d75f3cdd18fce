"""Metrics that are kept in Redis: workers, failed jobs, and request durations of all processes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis

from tests.conftest import settings
from tests.webapp.client import ON_SQLITE
from tests.webapp.operations.metrics.test_page import TOKEN, scrape
from webapp.application import create_app
from webapp.core import job_payload
from webapp.operations.metrics import http_latency

pytestmark = ON_SQLITE
SECONDS = "parts_sync_http_request_duration_seconds"


@pytest.fixture
def redis(app: Flask, redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url) as connection:
        connection.flushdb()
        app.config |= {"REDIS_URL": redis_url, "METRICS_TOKEN": TOKEN}
        yield connection
        connection.flushdb()


@pytest.fixture
def client(app: Flask, redis: Redis) -> FlaskClient:
    return app.test_client()


def worker(redis: Redis, name: str, **fields: str) -> None:
    redis.sadd("rq:workers", f"rq:worker:{name}")
    now = datetime.now(UTC).isoformat()
    redis.hset(f"rq:worker:{name}", mapping={"last_heartbeat": now, "state": "idle", **fields})


def flush(app: Flask) -> None:
    """As after some seconds."""
    app.extensions["http_latency"].flush()


def test_workers_are_counted_by_kind_and_state(redis: Redis, client: FlaskClient) -> None:
    worker(redis, "short.web-1.7.00ff", queues="control,index")
    worker(redis, "sync.web-1.8.00ff", state="busy")
    worker(redis, "sync.web-2.8.00ff", state="busy")
    worker(redis, "sync.web-2.9.00ff", state="busy", death="2026-01-01T00:00:00Z")
    worker(redis, "sync.web-3.9.00ff", last_heartbeat="2026-01-01T00:00:00Z")
    worker(redis, "sync.web-4.9.00ff", last_heartbeat="nonsense")
    redis.sadd("rq:workers", b"\xff", "rq:worker:none", "rq:worker:text")
    redis.set("rq:worker:text", "not a hash")
    found = scrape(client)
    assert found["parts_sync_workers short idle"] == 1
    assert found["parts_sync_workers sync busy"] == 2
    assert found["parts_sync_workers sync idle"] == found["parts_sync_workers other other"] == 0


def test_failed_jobs_are_counted_by_queue_until_they_are_forgotten(redis: Redis, client: FlaskClient) -> None:
    now = datetime.now(UTC).timestamp()
    redis.zadd("rq:failed:sync", {"a": now + 60, "b": now + 60, "expired": now - 1})
    found = scrape(client)
    assert found["parts_sync_failed_jobs sync"] == 2
    assert found["parts_sync_failed_jobs control"] == 0


def test_requests_of_all_web_processes_are_added_up(app: Flask, redis: Redis, client: FlaskClient, tmp_path):
    other = create_app({**settings(app.config["SQLALCHEMY_DATABASE_URI"], tmp_path), **app.config})
    for each in (app, other):
        for path in ("/healthz", "/healthz", "/no-such-page"):
            each.test_client().get(path)
        with each.app_context():
            flush(each)
    found = scrape(client)
    assert found[f"{SECONDS}_count health.alive 2xx"] == 4
    assert found[f"{SECONDS}_bucket health.alive +Inf 2xx"] == 4
    assert found[f"{SECONDS}_count none 4xx"] == 2
    assert f"{SECONDS}_count health.alive 5xx" not in found


def test_a_request_is_counted_in_its_bucket_and_those_above(
    app: Flask, redis: Redis, client: FlaskClient
) -> None:
    counts = app.extensions["http_latency"]
    for seconds in (0.05, 0.2, 3.0, 60.0):
        counts.add("health.alive", 200, seconds)
    flush(app)
    found = scrape(client)
    buckets = [
        found[f"{SECONDS}_bucket health.alive {bound} 2xx"] for bound in (0.05, 0.25, 5.0, 30.0, "+Inf")
    ]
    assert buckets == [1, 2, 3, 3, 4]
    assert found[f"{SECONDS}_sum health.alive 2xx"] == 63.25


def test_counts_are_kept_while_redis_is_unavailable(
    app: Flask, redis: Redis, redis_url: str, client: FlaskClient
) -> None:
    app.config["REDIS_URL"] = "redis://127.0.0.1:9/0"
    client.get("/healthz")
    flush(app)
    app.config["REDIS_URL"] = redis_url
    flush(app)
    assert scrape(client)[f"{SECONDS}_count health.alive 2xx"] == 1


def test_counts_are_sent_after_the_response_every_few_seconds(
    app: Flask, redis: Redis, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get("/healthz").close()
    assert redis.hgetall(http_latency.KEY) == {}
    app.extensions["http_latency"]._due = 0.0
    client.get("/healthz").close()
    assert int(redis.hget(http_latency.KEY, "health.alive|2xx|0") or 0) == 2


def test_unknown_count_fields_make_no_series(redis: Redis, client: FlaskClient) -> None:
    fields = {"evil|2xx|0": 1, "health.alive|9xx|0": 1, "health.alive|2xx|0": "x", b"\xff": 1, "a": 1}
    redis.hset(http_latency.KEY, mapping=fields)
    assert [name for name in scrape(client) if name.startswith(SECONDS)] == []


def test_the_queues_are_those_that_jobs_may_belong_to(redis: Redis, client: FlaskClient) -> None:
    found = {name.split()[1] for name in scrape(client) if name.startswith("parts_sync_queue_jobs")}
    assert found == set(job_payload.QUEUES)
