"""The headers of every response: what a browser may run, show, send and cache."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.factories import make_user
from tests.webapp.client import ON_SQLITE, LintingClient

pytestmark = ON_SQLITE
HTTPS = "https://localhost"
# A page, a redirect, an error page, what machines ask for, and a static file.
KINDS = ("/login", "/", "/nowhere", "/dealers/1", "/healthz", "/static/app.js", "/static/favicon.svg")


@pytest.fixture
def client(app: Flask) -> LintingClient:
    app.test_client_class = LintingClient
    return app.test_client()


def policy_of(client: LintingClient, path: str) -> dict[str, str]:
    parts = client.get(path).headers["Content-Security-Policy"].split("; ")
    return {name: value for name, _, value in (part.partition(" ") for part in parts)}


@pytest.mark.parametrize("path", KINDS)
def test_no_response_can_be_framed_or_read_by_another_site(client: LintingClient, path: str):
    headers = client.get(path).headers
    policy = policy_of(client, path)
    assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert not [name for name, _ in headers.items() if name.startswith("Access-Control")]


@pytest.mark.parametrize("path", ["/login", "/nowhere"])
def test_a_page_runs_only_the_scripts_that_its_own_template_marks(client: LintingClient, path: str):
    page = client.get(path)
    policy = page.headers["Content-Security-Policy"]
    (nonce,) = re.findall(r"script-src 'nonce-([\w-]{20,})';", policy)
    scripts = re.findall(r"<script[^>]*>", page.text)
    assert len(scripts) == 6
    assert all(f'nonce="{nonce}"' in script and " src=" in script for script in scripts)
    assert "<style" not in page.text
    assert f"'nonce-{nonce}'" not in client.get(path).headers["Content-Security-Policy"]


def test_a_page_takes_styles_and_data_from_here_alone_and_sends_forms_nowhere_else(client: LintingClient):
    policy = policy_of(client, "/login")
    assert policy["style-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert policy["base-uri"] == policy["object-src"] == "'none'"
    assert policy["img-src"] == "'self' data:"


def test_a_fragment_runs_no_script_at_all(client: LintingClient):
    answer = client.hx("GET", "/dealers/1")
    assert "script-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_response_that_is_not_a_page_is_sandboxed(client: LintingClient):
    for path in ("/healthz", "/static/favicon.svg"):
        assert "sandbox" in policy_of(client, path)


def test_no_referrer_is_sent_and_no_device_access_is_allowed(client: LintingClient):
    headers = client.get("/login").headers
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    denied = set(headers["Permissions-Policy"].split(", "))
    assert {"camera=()", "geolocation=()", "microphone=()", "payment=()", "usb=()"} <= denied
    assert all(each.endswith("=()") for each in denied)


def test_pages_redirects_and_errors_are_not_cached(client: LintingClient):
    for path in ("/login", "/", "/nowhere", "/dealers/1", "/healthz"):
        assert client.get(path).headers["Cache-Control"] == "private, no-store", path
    assert (
        client.post("/login", data={"email": "x", "password": "x"}).headers["Cache-Control"]
        == "private, no-store"
    )
    assert "HX-Request" in client.get("/login").headers["Vary"]


def test_https_is_remembered_for_all_below_and_plain_http_still_works(client: LintingClient):
    plain, secure = client.get("/login"), client.get("/login", base_url=HTTPS)
    assert "Strict-Transport-Security" not in plain.headers
    assert secure.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_signing_out_clears_the_browser_cache(client: LintingClient):
    client.sign_in(make_user("support@example.com"))
    assert client.post("/logout", base_url=HTTPS).headers["Clear-Site-Data"] == '"cache"'


def test_what_an_address_allows_is_not_disclosed(client: LintingClient):
    for path in ("/login", "/dealers/1", "/metrics"):
        assert client.options(path).status_code == 405
