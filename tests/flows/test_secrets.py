"""Secrets are planted, everything is exercised and goes wrong, and all that comes out is searched for them.

Whatever a page, a log line, a report, a row, a Redis key, a job, an error report, an email or a command line
holds: no secret is in it, neither as it is nor encoded, packed or escaped.
"""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections.abc import Iterator
from email.headerregistry import Address
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from flask import Flask, current_app
from pytest_httpserver import HTTPServer
from redis import Redis
from sqlalchemy.orm import close_all_sessions

from jobs import cli
from sandbox.servers.ports import free_port
from sandbox.simulator import Simulator
from tests.conftest import settings
from tests.flows.conftest import Program, wait_until
from tests.flows.exercise import (
    AWKWARD,
    Search,
    alerts,
    collect,
    commands,
    every_fault,
    forms,
    processes,
    rotate,
    second_factor,
)
from tests.flows.markers import Marks
from tests.flows.test_error_reports import Sentry
from tests.sync_harness import SyncHarness
from webapp.application import create_app
from webapp.extensions import db
from webapp.settings.addresses import MailServer


@pytest.fixture
def marks() -> Marks:
    """The deployment's secrets; those of users and dealers are added where they are entered."""
    marks = Marks()
    for what in ("SECRET_KEY", "METRICS_TOKEN", "SMTP password"):
        marks.plant(what, f"zq7-{what.lower().replace(' ', '-')}-Kj4/+=x")
    for what in ("first key", "second key"):
        marks.plant(what, Fernet.generate_key().decode())
    return marks


@pytest.fixture
def app(database_url: str, tmp_path: Path, marks: Marks) -> Iterator[Flask]:
    """The application with these secrets; the first key was added to reseal everything."""
    secrets = marks.secrets
    app = create_app(
        {
            **settings(database_url, tmp_path),
            "SECRET_KEY": secrets["SECRET_KEY"],
            "METRICS_TOKEN": secrets["METRICS_TOKEN"],
            "CREDENTIALS_KEYS": [secrets["second key"]],
            "SMTP_URL": MailServer("127.0.0.1", free_port(), "smtp", "mailer", secrets["SMTP password"]),
            "MAIL_FROM": Address("Parts Sync", addr_spec="alerts@example.com"),
            "ALERT_ALLOWED_HOSTS": frozenset({"127.0.0.1"}),
            # As it runs: an error of ours is answered and logged, not raised.
            "TESTING": False,
        }
    )
    cli.register(app)
    with app.app_context():
        yield app
        close_all_sessions()
        db.engine.dispose()


def test_no_secret_appears_in_any_output(
    harness: SyncHarness,
    marks: Marks,
    program: Program,
    redis: Redis,
    simulator: Simulator,
    httpserver: HTTPServer,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    sentry = Sentry(httpserver)
    program.environment |= {"SENTRY_DSN": sentry.dsn, "METRICS_TOKEN": marks.secrets["METRICS_TOKEN"]}
    current_app.config["LIGHTSPEED_API_URL"] = simulator.url
    search = Search(harness, marks)
    commands(search, simulator)
    every_fault(search, simulator)
    second_factor(search)
    with HTTPServer() as receiver:
        alerts(search, receiver)
    rotate(search, program)
    processes(search, program, redis)
    wait_until(lambda: sentry.events, "a report", program)
    search.keep("error reports", sentry.text)
    program.end()
    forms(search)
    collect(search, redis, program, tmp_path)
    captured = capfd.readouterr()
    search.keep("logs", captured.out + captured.err)
    assert "lightspeed.request_failed" in captured.err
    assert "Traceback" in program.log or '"exception"' in program.log
    assert len(search.found) > 200
    assert len(marks.secrets) >= 15
    assert marks.found_in(search.found) == []


LEAKS = {
    "plain": lambda secret: f"password is {secret}.".encode(),
    "Python": lambda secret: repr({"password": secret}).encode(),
    "ASCII": lambda secret: ascii([secret]).encode(),
    "JSON": lambda secret: json.dumps({"password": secret}).encode(),
    "a login": lambda secret: b"Basic " + base64.b64encode(f"user:{secret}".encode()),
    "a longer login": lambda secret: b"Basic " + base64.b64encode(f"a user:{secret}".encode()),
    "a job": lambda secret: zlib.compress(b"\x80\x05" + secret.encode()),
    "a packed report": lambda secret: gzip.compress(json.dumps(secret).encode()),
    "hexadecimal": lambda secret: secret.encode().hex().encode(),
}


@pytest.mark.parametrize("leak", LEAKS.values(), ids=LEAKS)
def test_a_secret_is_found_in_whatever_form_it_comes_out(leak: Any) -> None:
    marks = Marks()
    secret = marks.plant("it", AWKWARD.format("it"))
    assert len(marks.found_in({"here": leak(secret), "there": b"nothing"})) >= 1
