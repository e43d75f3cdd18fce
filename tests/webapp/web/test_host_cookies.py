"""Cookies on HTTPS have the __Host- prefix, and no script can read them."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask_security import hash_password

from tests.factories import PASSWORD, make_user
from tests.webapp.client import ON_SQLITE, LintingClient

pytestmark = ON_SQLITE
HTTPS = "https://localhost"


@pytest.fixture
def client(app: Flask) -> LintingClient:
    app.config["WTF_CSRF_ENABLED"] = True
    app.test_client_class = LintingClient
    return app.test_client()


def sign_in(client: LintingClient, base_url: str) -> list[str]:
    """The cookies that were set on the way."""
    make_user("support@example.com", password=hash_password(PASSWORD))
    page = client.get("/login", base_url=base_url)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token
    values = {"email": "support@example.com", "password": PASSWORD, "csrf_token": token[1], "remember": "y"}
    answer = client.post("/login", data=values, base_url=base_url, headers={"Referer": f"{base_url}/login"})
    assert answer.status_code == 302
    return page.headers.getlist("Set-Cookie") + answer.headers.getlist("Set-Cookie")


def test_on_https_every_cookie_belongs_to_this_host_alone(client: LintingClient):
    cookies = sign_in(client, HTTPS)
    assert len(cookies) >= 2
    for cookie in cookies:
        attributes = cookie.split("; ")
        assert attributes[0].startswith("__Host-")
        assert {"Secure", "Path=/", "HttpOnly", "SameSite=Lax"} <= set(attributes), cookie
        assert "domain" not in cookie.lower()
    assert client.get("/dealers", base_url=HTTPS).status_code == 200


def test_cookies_work_without_https(client: LintingClient):
    cookies = sign_in(client, "http://localhost")
    assert all(not cookie.startswith("__") and "Secure" not in cookie for cookie in cookies)
    assert all("HttpOnly" in cookie and "SameSite=Lax" in cookie for cookie in cookies)
    assert client.get("/dealers").status_code == 200


def test_a_session_cookie_planted_by_a_sibling_domain_is_ignored(client: LintingClient):
    sign_in(client, HTTPS)
    held = client.get_cookie("__Host-session")
    assert held is not None
    stranger = client.application.test_client()
    # Cookies that a sibling host or a network attacker could set.
    stranger.set_cookie("session", held.value)
    assert stranger.get("/dealers", base_url=HTTPS).status_code == 302
    stranger.set_cookie("__Host-session", held.value)
    assert stranger.get("/dealers", base_url=HTTPS).status_code == 200


def test_cookies_are_the_same_behind_a_router_that_speaks_https(client: LintingClient):
    answer = client.get("/login", headers={"X-Forwarded-Proto": "https"})
    assert answer.headers["Set-Cookie"].startswith("__Host-session=")
    assert "; Secure" in answer.headers["Set-Cookie"]
