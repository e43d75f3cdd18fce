"""Log lines of sign-in attempts and refusals."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from flask_security import hash_password

from tests.factories import PASSWORD, make_dealer, make_user
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.models import Dealer
from webapp.web.device_cookies import mark_of

pytestmark = ON_SQLITE
EMAIL = "support@example.com"


def events(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
    return [line for line in lines if line["event"].startswith("security.")]


def test_each_sign_in_attempt_is_logged_with_result_and_address_and_no_secret(
    anonymous: LintingClient, capsys: pytest.CaptureFixture[str]
) -> None:
    make_user(EMAIL, password=hash_password(PASSWORD))
    anonymous.post("/login", data={"email": EMAIL.upper(), "password": "wrong horse"})
    anonymous.post(
        "/login", data={"email": EMAIL, "password": PASSWORD}, headers={"X-Forwarded-For": "203.0.113.9"}
    )
    failed, done = events(capsys)
    assert (failed["event"], failed["outcome"]) == ("security.sign_in_attempted", "failed")
    assert (done["outcome"], done["address"], done["user"]) == ("done", "203.0.113.9", 1)
    assert failed["account"] == done["account"]
    # A password typed into the wrong field could be guessed from a hash without a key.
    assert failed["account"] not in mark_of(EMAIL)
    assert not {"wrong horse", PASSWORD, EMAIL} & {str(value) for value in (*failed.values(), *done.values())}


def test_refused_requests_are_logged(
    app: Flask, client: LintingClient, dealer: Dealer, capsys: pytest.CaptureFixture[str]
) -> None:
    other = make_dealer("Lakeside Cycle")
    client.get(f"/dealers/{other.id}/runs")
    client.get("/dealers")
    app.config["WTF_CSRF_ENABLED"] = True
    client.post(f"/dealers/{dealer.id}/lightspeed/check")
    client.get("/nowhere")
    found = [(line["event"], line["status"], line["page"], line["user"]) for line in events(capsys)]
    assert found == [
        ("security.tenant_denied", 404, "runs.index", 1),
        ("security.forbidden", 403, "dealers.index", 1),
        ("security.refused", 400, "lightspeed.check", 1),
    ]
