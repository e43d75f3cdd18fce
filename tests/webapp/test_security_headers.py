"""The headers of every answer, and cookies that stay on HTTPS where there is HTTPS."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_security import hash_password

from tests.webapp.views.client import ON_SQLITE, LintingClient
from webapp.extensions import db
from webapp.models import User

pytestmark = ON_SQLITE


@pytest.fixture
def client(app: Flask) -> LintingClient:
    app.test_client_class = LintingClient
    return app.test_client()


@pytest.mark.parametrize("path", ["/login", "/", "/nowhere", "/dealers/1"])
def test_every_answer_allows_only_our_own_scripts_and_styles_and_no_frame(client: LintingClient, path: str):
    headers = client.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"


def test_pages_are_kept_by_no_proxy_and_asked_for_again(client: LintingClient):
    headers = client.get("/login").headers
    assert headers["Cache-Control"] == "private, no-cache"
    assert "HX-Request" in headers["Vary"]


def test_https_is_remembered_and_plain_http_still_works(client: LintingClient):
    plain, secure = client.get("/login"), client.get("/login", base_url="https://localhost")
    assert "Strict-Transport-Security" not in plain.headers
    assert "max-age=" in secure.headers["Strict-Transport-Security"]


def test_the_session_cookie_is_secure_on_https_and_out_of_reach_of_scripts(app: Flask):
    app.test_client_class = LintingClient
    cookies = {}
    for scheme in ("http", "https"):
        answer = app.test_client().get("/login", base_url=f"{scheme}://localhost")
        cookies[scheme] = answer.headers["Set-Cookie"]
    assert "; Secure" not in cookies["http"]
    assert "; Secure" in cookies["https"]
    assert all("; HttpOnly" in cookie and "SameSite=Lax" in cookie for cookie in cookies.values())


def test_so_is_the_cookie_that_keeps_one_signed_in(app: Flask, client: LintingClient):
    db.session.add(User(email="a@b.example", password=hash_password("correct horse"), role="staff"))
    db.session.commit()
    values = {"email": "a@b.example", "password": "correct horse", "remember": "y"}
    answer = client.post("/login", data=values, base_url="https://localhost")
    (cookie,) = [each for each in answer.headers.getlist("Set-Cookie") if each.startswith("remember_token=")]
    assert "; Secure" in cookie
    assert "; HttpOnly" in cookie


def test_behind_a_router_that_speaks_https_the_cookie_is_secure(client: LintingClient):
    answer = client.get("/login", headers={"X-Forwarded-Proto": "https"})
    assert "; Secure" in answer.headers["Set-Cookie"]
