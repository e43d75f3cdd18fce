"""Liveness needs nothing; readiness needs a migrated database, Redis and a recent tick."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text, update

from tests.webapp.client import ON_SQLITE
from webapp.core import clock
from webapp.extensions import db
from webapp.models import JobHeartbeat
from webapp.operations import health
from webapp.web import job_heartbeats


@pytest.fixture
def client(app: Flask, redis_url: str) -> FlaskClient:
    """Of a program that has all that it needs."""
    app.config["REDIS_URL"] = redis_url
    job_heartbeats.record_completion(job_heartbeats.TICK)
    return app.test_client()


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


def failed(client: FlaskClient) -> dict[str, str]:
    """The reason of each check that failed."""
    db.session.rollback()
    answer = client.get("/readyz")
    said = answer.get_json()
    reasons = {name: check["reason"] for name, check in said["checks"].items() if not check["ok"]}
    assert answer.status_code == (503 if reasons else 200)
    assert said["status"] == ("not ready" if reasons else "ready")
    assert set(said["checks"]) == {"database", "migrations", "redis", "tick"}
    return reasons


def test_it_is_ready_when_every_service_is_available(client: FlaskClient) -> None:
    assert failed(client) == {}


def test_a_tick_that_stopped_is_reported(client: FlaskClient) -> None:
    db.session.execute(update(JobHeartbeat).values(done_at=clock.now() - timedelta(minutes=7)))
    db.session.commit()
    assert list(failed(client)) == ["tick"]
    db.session.execute(text("DELETE FROM periodic_jobs"))
    db.session.commit()
    assert "never" in failed(client)["tick"]


def test_a_database_of_another_version_is_reported(client: FlaskClient) -> None:
    db.session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    db.session.commit()
    assert failed(client) == {"migrations": "the database isn't migrated to this version"}


@ON_SQLITE
def test_an_unavailable_redis_is_reported_without_its_address(app: Flask, client: FlaskClient) -> None:
    app.config["REDIS_URL"] = "redis://:hunter2@127.0.0.1:9/0"
    assert failed(client) == {"redis": "it isn't responding (ConnectionError)"}


@ON_SQLITE
def test_a_server_that_never_answers_does_not_delay_the_response(
    app: Flask, client: FlaskClient, silent_port: int
) -> None:
    app.config["REDIS_URL"] = f"redis://127.0.0.1:{silent_port}/0"
    begun = time.monotonic()
    with app.app_context():
        found = health.check_all(timeout=0.2)
        again = health.check_all(timeout=0.2)
    # Not how quick it is: that it is not the time for which that port would stay silent.
    assert time.monotonic() - begun < health.TIMEOUT
    assert [one["redis"].reason for one in (found, again)] == ["no response in time"] * 2
    assert found["database"].is_well


@ON_SQLITE
def test_it_is_alive_without_any_service(app: Flask) -> None:
    app.config["REDIS_URL"] = "redis://127.0.0.1:9/0"
    db.session.execute(text("DROP TABLE alembic_version"))
    db.session.commit()
    answer = app.test_client().get("/healthz")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "alive"})
    assert "Set-Cookie" not in answer.headers


@ON_SQLITE
def test_an_unavailable_database_is_reported(app: Flask, client: FlaskClient) -> None:
    db.session.rollback()
    db.engine.dispose()
    path = Path(db.engine.url.database or "")
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    path.mkdir()
    assert set(failed(client)) == {"database", "migrations", "tick"}
