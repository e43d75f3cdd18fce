"""/metrics: Prometheus metrics, for clients with the metrics token."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from redis import Redis

from tests.factories import make_dealer, make_run, make_run_item
from tests.webapp.client import ON_SQLITE
from webapp.core import queues
from webapp.extensions import db

TOKEN = "a-token-of-this-test"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    app.config["METRICS_TOKEN"] = TOKEN
    return app.test_client()


def scrape(client: FlaskClient) -> dict[str, float]:
    """Each sample by its name and labels."""
    db.session.rollback()
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    samples = [sample for family in text_string_to_metric_families(answer.text) for sample in family.samples]
    return {" ".join((sample.name, *sample.labels.values())): sample.value for sample in samples}


@ON_SQLITE
def test_without_a_token_set_there_is_nothing(app: Flask) -> None:
    assert app.test_client().get("/metrics").status_code == 404


@ON_SQLITE
@pytest.mark.parametrize("given", ["", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer ", "Bearer ä"])
def test_a_request_without_the_token_is_refused(client: FlaskClient, given: str) -> None:
    answer = client.get("/metrics", headers={"Authorization": given})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "parts_sync" not in answer.text


def test_runs_are_counted_by_status_with_how_long_they_took(client: FlaskClient) -> None:
    dealer = make_dealer("Prairie")
    for status in ("succeeded", "succeeded", "failed"):
        make_run_item(make_run(dealer, status), "TR", fetched=10, synced=9, requests=2, rate_waited_ms=500)
    found = scrape(client)
    assert found["parts_sync_runs_total succeeded"] == 2
    assert found["parts_sync_runs_total failed"] == 1
    assert found["parts_sync_runs_total partial"] == 0
    assert found["parts_sync_run_duration_seconds_bucket 5.0 succeeded"] == 2
    assert found["parts_sync_run_duration_seconds_count failed"] == 1
    assert found["parts_sync_parts_total fetched"] == 30
    assert found["parts_sync_lightspeed_requests_total"] == 6
    assert found["parts_sync_rate_wait_seconds_total"] == 1.5


def test_queues_are_counted_where_redis_answers(app: Flask, client: FlaskClient, redis_url: str) -> None:
    with Redis.from_url(redis_url) as redis:
        redis.flushdb()
        app.config["REDIS_URL"] = redis_url
        queues.enqueue(queues.SYNC, "jobs.tasks.tick")
        found = scrape(client)
        redis.flushdb()
    assert found["parts_sync_queue_jobs sync"] == 1
    assert found["parts_sync_queue_jobs control"] == 0
    assert found["parts_sync_up redis"] == found["parts_sync_up database"] == 1


@ON_SQLITE
def test_an_unavailable_redis_is_reported_together_with_the_database(app: Flask, client: FlaskClient) -> None:
    app.config["REDIS_URL"] = "redis://127.0.0.1:9/0"
    found = scrape(client)
    assert found["parts_sync_up redis"] == 0
    assert found["parts_sync_up database"] == 1
    assert "parts_sync_queue_jobs sync" not in found
    assert found["parts_sync_enabled_dealers"] == 0
