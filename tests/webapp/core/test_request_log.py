"""Each request is one log line with its id, user and dealer."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.core import request_log
from webapp.models import Dealer, User

pytestmark = ON_SQLITE


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_request_is_one_line(
    client: LintingClient, dealer: Dealer, user: User, capsys: pytest.CaptureFixture[str]
):
    path, user_id = f"/dealers/{dealer.id}/runs", user.id
    capsys.readouterr()
    answer = client.get(f"{path}?status=failed", headers={"X-Request-ID": "router-number-1"})
    (line,) = lines(capsys)
    assert (line["event"], line["method"], line["path"], line["status"]) == (
        "request.finished",
        "GET",
        path,
        200,
    )
    assert (line["request"], line["dealer"], line["user"]) == ("router-number-1", dealer.id, user_id)
    assert answer.headers["X-Request-ID"] == "router-number-1"
    assert "failed" not in json.dumps(line)


def test_an_invalid_request_id_is_replaced(client: LintingClient, dealer: Dealer):
    given = client.get("/login", headers={"X-Request-ID": 'x" evil'}).headers["X-Request-ID"]
    assert len(given) == 32
    assert given != client.get("/login").headers["X-Request-ID"]


def test_an_anonymous_client_has_no_user_id(anonymous: LintingClient, capsys: pytest.CaptureFixture[str]):
    anonymous.get("/login")
    (line,) = lines(capsys)
    assert "user" not in line
    assert "dealer" not in line


def test_a_line_between_two_requests_has_no_fields_of_either(
    client: LintingClient, dealer: Dealer, capsys: pytest.CaptureFixture[str]
):
    client.get(f"/dealers/{dealer.id}")
    capsys.readouterr()
    request_log.log.info("between")
    (line,) = lines(capsys)
    assert not {"request", "dealer", "user"} & set(line)


def test_the_lines_of_a_failed_request_have_its_id_and_no_secret(
    app: Flask, anonymous: LintingClient, capsys: pytest.CaptureFixture[str]
):
    def breaks() -> str:
        password = "hunter2"
        raise RuntimeError(f"broken, {len(password)}")

    app.testing = False
    app.add_url_rule("/breaks", view_func=breaks)
    assert anonymous.get("/breaks", headers={"X-Request-ID": "router-number-2"}).status_code == 500
    told = lines(capsys)
    assert [line["request"] for line in told] == ["router-number-2"] * 2
    assert {line["event"] for line in told} == {"request.finished", "webapp.logged"}
    assert "hunter2" not in json.dumps(told)


def test_health_checks_are_not_logged(anonymous: LintingClient, capsys: pytest.CaptureFixture[str]):
    assert anonymous.get("/healthz").status_code == 200
    assert lines(capsys) == []
