"""With SENTRY_DSN, errors in web and workers are reported, without personal data and secrets."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from redis import Redis

from tests.factories import make_manufacturer
from tests.flows.conftest import Program, wait_until
from tests.sync_harness import PASSWORD, SyncHarness, part
from tests.webapp.client import ON_SQLITE
from webapp.core import queues
from webapp.extensions import db
from webapp.models import Run
from webapp.runs import lifecycle
from webapp.settings.config import ROOT

pytestmark = ON_SQLITE

BREAKS = """
from webapp.application import create_app
import structlog
app = create_app()

def breaks():
    password = "hunter" + "2"
    structlog.get_logger().error("report.refused", run=7, token="hunter2")
    raise RuntimeError("for postgresql://app:hunter2@db/x")

app.add_url_rule("/breaks", view_func=breaks)
answer = app.test_client().get(
    "/breaks?q=hunter2", headers={"Cookie": "session=hunter2", "Authorization": "Bearer hunter2hunter2"}
)
assert answer.status_code == 500
"""


class Sentry:
    """What was reported to a server that takes everything."""

    def __init__(self, server: HTTPServer) -> None:
        self._server = server
        server.expect_request("/api/1/envelope/", method="POST").respond_with_data("{}")
        self.dsn = f"http://public@127.0.0.1:{server.port}/1"

    @property
    def text(self) -> str:
        return "\n".join(self._bodies())

    @property
    def events(self) -> list[dict[str, Any]]:
        """Each event; an envelope is a line of JSON for itself, and two for each thing in it."""
        found = [json.loads(line) for body in self._bodies() for line in body.splitlines() if line]
        return [one for one in found if "event_id" in one and "level" in one]

    def _bodies(self) -> Iterator[str]:
        for request, _ in self._server.log:
            sent = request.get_data()
            is_packed = request.headers.get("Content-Encoding") == "gzip"
            yield (gzip.decompress(sent) if is_packed else sent).decode()


@pytest.fixture
def sentry(httpserver: HTTPServer) -> Sentry:
    return Sentry(httpserver)


def kinds(event: dict[str, Any]) -> list[str]:
    return [one["type"] for one in event.get("exception", {}).get("values", [])]


def test_an_error_in_a_request_is_reported(harness: SyncHarness, program: Program, sentry: Sentry) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BREAKS],
        cwd=ROOT,
        env={**program.environment, "SENTRY_DSN": sentry.dsn, "SENTRY_ENVIRONMENT": "trial"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [kinds(event) for event in sentry.events] == [[], ["RuntimeError"]]
    logged, raised = sentry.events
    assert logged["message"] == "report.refused"
    assert logged["tags"]["run"] == "7"
    assert raised["environment"] == "trial"
    assert set(raised["request"]) == {"url", "method"}
    assert "user" not in raised
    assert "hunter2" not in sentry.text
    assert '"vars"' not in sentry.text


def test_an_error_in_a_worker_is_reported(
    harness: SyncHarness, redis: Redis, program: Program, sentry: Sentry
) -> None:
    program.fork("jobs.worker", queues.CONTROL, SENTRY_DSN=sentry.dsn)
    queues.enqueue(queues.CONTROL, "jobs.tasks.check_credentials", 4711, 1)
    wait_until(lambda: sentry.events, "a report", program)
    assert kinds(sentry.events[0])[-1] == "NoResultFound"


def test_an_error_that_a_run_survives_is_reported_with_its_run_id(
    harness: SyncHarness, redis: Redis, program: Program, sentry: Sentry
) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))
    harness.set_parts(part("TR", "A-1"))
    run = lifecycle.start(harness.dealer, "manual").run
    program.fork(
        "jobs.worker", queues.SYNC, SENTRY_DSN=sentry.dsn, REPORT_STORAGE_URL="file:///dev/null/reports"
    )
    wait_until(
        lambda: not db.session.get_one(Run, run.id, populate_existing=True).is_active, "the end", program
    )
    wait_until(lambda: sentry.events, "a report", program)
    assert sentry.events[0]["tags"]["run"] == str(run.id)
    assert PASSWORD not in sentry.text
