"""The request to the monitor after each tick: sent, refused, slow, broken; its address stays secret."""

from __future__ import annotations

import json
import socket

import pytest
from flask import Flask
from pytest_httpserver import HTTPServer

from jobs import tasks
from jobs.processes import tick_monitor
from jobs.sync import tick
from tests.webapp.client import ON_SQLITE
from webapp.core import error_reports
from webapp.settings.env import ConfigurationError
from webapp.settings.table import SETTINGS
from webapp.web import job_heartbeats

PATH = "/ping/secret-uuid"
HERE = frozenset({"127.0.0.1", "localhost"})


@pytest.fixture
def receiver(app: Flask, httpserver: HTTPServer) -> HTTPServer:
    app.config |= {"HEARTBEAT_URL": httpserver.url_for(PATH), "ALERT_ALLOWED_HOSTS": HERE}
    return httpserver


def reasons(capsys: pytest.CaptureFixture[str]) -> list[str]:
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
    # The receiver logs in this process as well.
    assert "secret-uuid" not in json.dumps([line for line in lines if line.get("logger") != "werkzeug"])
    return [line["reason"] for line in lines if line["event"] == "heartbeat.failed"]


@ON_SQLITE
def test_each_tick_is_reported(receiver: HTTPServer, capsys: pytest.CaptureFixture[str]) -> None:
    receiver.expect_request(PATH, "POST").respond_with_data("OK")
    tasks.tick()
    tasks.tick()
    assert [request.path for request, _ in receiver.log] == [PATH, PATH]
    assert reasons(capsys) == []


@ON_SQLITE
def test_a_tick_with_a_failed_step_is_not_reported(
    receiver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver.expect_request(PATH, "POST").respond_with_data("OK")
    others = tuple(step for step in tick.STEPS if step[0] != "start_due")
    monkeypatch.setattr(tick, "STEPS", (("start_due", lambda _now: 1 // 0), *others))
    with pytest.raises(tick.TickFailed):
        tasks.tick()
    assert receiver.log == []


@ON_SQLITE
@pytest.mark.parametrize(("status", "reason"), [(500, "500"), (404, "404"), (302, "302")])
def test_an_unsuccessful_response_is_logged_and_the_tick_succeeds(
    receiver: HTTPServer, capsys: pytest.CaptureFixture[str], status: int, reason: str
) -> None:
    receiver.expect_request(PATH).respond_with_data("", status, {"Location": "http://127.0.0.1:1/"})
    tasks.tick()
    assert job_heartbeats.last_completion(job_heartbeats.TICK) is not None
    assert reasons(capsys) == [f"it responded with status {reason}"]


@ON_SQLITE
def test_a_service_that_does_not_answer_times_out(
    app: Flask, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tick_monitor, "LONGEST", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}{PATH}"
        app.config |= {"HEARTBEAT_URL": url, "ALERT_ALLOWED_HOSTS": HERE}
        tasks.tick()
    tasks.tick()
    assert reasons(capsys) == ["it took too long", "We couldn't reach the webhook."]


@ON_SQLITE
def test_it_does_not_lead_into_a_private_network(
    app: Flask, httpserver: HTTPServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("169.254.169.254", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_named: found)
    for url in (
        "https://ping.example.com/secret-uuid",
        f"https://10.0.0.1{PATH}",
        f"https://a.example:22{PATH}",
    ):
        app.config |= {"HEARTBEAT_URL": url, "ALERT_ALLOWED_HOSTS": frozenset()}
        tick_monitor.send()
    told = reasons(capsys)
    assert [" private network" in reason for reason in told] == [True, True, False]
    assert "port 443" in told[2]


@pytest.mark.parametrize(
    "given", ["http://hc.example.com/secret-uuid", "hc", "https://u:secret-uuid@hc.example.com"]
)
def test_a_malformed_address_is_refused_at_start_without_showing_it(given: str) -> None:
    with pytest.raises(ConfigurationError, match="HEARTBEAT_URL") as refused:
        SETTINGS["HEARTBEAT_URL"].read({"HEARTBEAT_URL": given})
    assert "secret-uuid" not in str(refused.value)
    assert SETTINGS["HEARTBEAT_URL"].read({"HEARTBEAT_URL": "https://hc.example.com/x"})


def test_error_reports_do_not_hold_it() -> None:
    crumb = {
        "category": "httplib",
        "data": {"url": f"https://hc.example.com{PATH}?a=secret-uuid", "method": "POST"},
    }
    kept = error_reports._scrubbed_breadcrumb(crumb, {})
    assert kept["data"] == {"url": "https://hc.example.com", "method": "POST"}
