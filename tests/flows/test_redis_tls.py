"""Redis over TLS with a self-signed certificate: every client verifies it as configured, or says why not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from pytest_httpserver import HTTPServer
from redis import Redis

from jobs.notifications import alert_loop
from tests.factories import make_manufacturer
from tests.flows.conftest import Program, wait_until
from tests.flows.tls_relay import certificate, relay
from tests.sync_harness import SyncHarness, part
from tests.webapp.client import ON_SQLITE
from webapp.application import create_app
from webapp.core import clock, queues, redis_client
from webapp.extensions import db
from webapp.models import Alert, JobHeartbeat, Run
from webapp.operations import health
from webapp.runs import lifecycle
from webapp.runs.request_budget import RequestBudget
from webapp.settings import redis_settings
from webapp.web import job_heartbeats

pytestmark = ON_SQLITE
REFUSED = "its TLS certificate isn't trusted: self-signed certificate"


@pytest.fixture
def port(redis: Redis) -> int:
    return int(redis.connection_pool.connection_kwargs["port"])


@pytest.fixture
def trusted(tmp_path: Path, port: int) -> Iterator[dict[str, str]]:
    """The variables of a Redis whose certificate names the address that it is reached at."""
    pem = certificate(tmp_path)
    with relay(pem, port) as listening:
        yield {"REDIS_URL": f"rediss://127.0.0.1:{listening}/0", "REDIS_CA_FILE": str(pem)}


@pytest.fixture
def misnamed(tmp_path: Path, port: int) -> Iterator[dict[str, str]]:
    """The same with a certificate for another name."""
    pem = certificate(tmp_path, "redis.internal.example")
    with relay(pem, port) as listening:
        yield {"REDIS_URL": f"rediss://127.0.0.1:{listening}/0", "REDIS_CA_FILE": str(pem)}


def use(app: Flask, variables: dict[str, str]) -> None:
    app.config["REDIS_URL"] = redis_settings.read(variables)


def test_workers_and_scheduler_work_through_a_verified_connection(
    harness: SyncHarness, program: Program, trusted: dict[str, str]
) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))
    harness.set_parts(part("TR", "A-1", 3))
    run = lifecycle.start(harness.dealer, "manual").run
    program.environment |= trusted
    program.fork("jobs.worker", queues.CONTROL, queues.SYNC, queues.INDEX)
    program.fork("jobs.schedule")
    wait_until(lambda: job_heartbeats.last_completion(job_heartbeats.TICK), "the tick", program)
    wait_until(lambda: not db.session.get_one(Run, run.id, populate_existing=True).is_active, "it", program)
    assert harness.load_run(run.id).status == "succeeded"
    # The rate budget counted there, and not in the process by itself.
    assert "lightspeed.rate_budget_degraded" not in program.log


@pytest.mark.parametrize("kept", ["trusted", "no-hostname", "none"])
def test_every_http_client_verifies_the_certificate_as_configured(
    app: Flask,
    harness: SyncHarness,
    redis: Redis,
    request: pytest.FixtureRequest,
    trusted: dict[str, str],
    misnamed: dict[str, str],
    kept: str,
) -> None:
    variables = {
        "trusted": trusted,
        "no-hostname": misnamed | {"REDIS_TLS_VERIFY": "no-hostname"},
        "none": {"REDIS_URL": misnamed["REDIS_URL"], "REDIS_TLS_VERIFY": "none"},
    }[kept]
    use(app, variables)
    assert queues.enqueue(queues.CONTROL, "jobs.tasks.tick")
    assert health.check_all()["redis"].is_well
    app.config["LIGHTSPEED_REQUESTS_PER_MINUTE"] = 200
    budget = RequestBudget.of(harness.configuration)
    assert budget is not None
    assert (budget.left, budget.per_minute) == (200, 200)
    redis.delete(*redis.scan_iter("LIMITS*"), "none")
    throttled = create_app({**app.config, "TESTING": True})
    throttled.test_client().post("/login", data={"email": "a@b.example", "password": "wrong"})
    assert list(redis.scan_iter("LIMITS*"))


@pytest.mark.parametrize("broken", ["unknown authority", "other name", "no TLS"])
def test_the_problem_with_the_certificate_is_reported(
    app: Flask, httpserver: HTTPServer, trusted: dict[str, str], misnamed: dict[str, str], broken: str
) -> None:
    variables, reason = {
        "unknown authority": ({"REDIS_URL": trusted["REDIS_URL"]}, REFUSED),
        "other name": (misnamed, "its TLS certificate isn't trusted: IP address mismatch"),
        "no TLS": ({"REDIS_URL": f"rediss://127.0.0.1:{httpserver.port}/0"}, "TLS fails: "),
    }[broken]
    use(app, variables)
    assert not queues.enqueue(queues.CONTROL, "jobs.tasks.tick")
    for told in (health.check_all()["redis"].reason, queues.outage_reason()):
        assert told is not None
        assert told.startswith(reason)
        assert str(urlsplit(variables["REDIS_URL"]).port) not in told


def test_logs_and_the_alert_name_the_certificate(
    app: Flask, harness: SyncHarness, program: Program, trusted: dict[str, str]
) -> None:
    program.environment |= {"REDIS_URL": trusted["REDIS_URL"]}
    program.fork("jobs.worker", queues.CONTROL)
    program.fork("jobs.schedule")
    for event in ("worker.redis_awaited", "scheduler.redis_lost"):
        wait_until(lambda event=event: event in program.log, event, program)
        (line,) = [line for line in program.log.splitlines() if f'"{event}"' in line]
        assert json.loads(line)["error"].startswith(REFUSED)
    use(app, {"REDIS_URL": trusted["REDIS_URL"]})
    redis_client._last_probe.cache_clear()
    db.session.add(JobHeartbeat(id=job_heartbeats.TICK, done_at=clock.now() - timedelta(minutes=16)))
    db.session.commit()
    alert_loop._round()
    (alert,) = db.session.scalars(db.select(Alert).where(Alert.cause == "idle", Alert.subject == "tick"))
    assert f"Redis: {REFUSED}" in alert.sentence
