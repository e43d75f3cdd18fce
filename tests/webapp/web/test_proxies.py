"""Client addresses and host names: forwarded headers are trusted only for the configured proxies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request

from tests.conftest import settings
from webapp.application import create_app
from webapp.settings import config, rendering
from webapp.settings.env import ConfigurationError

ROUTER, PERSON, MADE_UP = "10.0.0.1", "203.0.113.9", "198.51.100.7"
ENOUGH = {"SECRET_KEY": "secret", "CREDENTIALS_KEYS": "A" * 43 + "="}


def app_with(folder: Path, **changes: Any) -> Flask:
    return create_app(settings("sqlite://", folder) | changes)


def address(app: Flask, forwarded: str) -> str | None:
    """From where the program takes a request to come."""
    with app.test_client() as client:
        client.get("/healthz", headers={"X-Forwarded-For": forwarded}, environ_base={"REMOTE_ADDR": ROUTER})
        return request.remote_addr


@pytest.mark.parametrize(
    ("hops", "forwarded", "taken"),
    [
        # A router appends the client's address; any client can forge the values before it.
        (1, PERSON, PERSON),
        (1, f"{MADE_UP}, {PERSON}", PERSON),
        (2, f"{MADE_UP}, {PERSON}, {ROUTER}", PERSON),
        (0, MADE_UP, ROUTER),
    ],
)
def test_a_client_cannot_choose_the_address_that_it_is_counted_under(
    tmp_path: Path, hops: int, forwarded: str, taken: str
) -> None:
    assert address(app_with(tmp_path, PROXY_HOPS=hops), forwarded) == taken


def test_without_a_proxy_no_client_can_claim_https(tmp_path: Path) -> None:
    client = app_with(tmp_path, PROXY_HOPS=0).test_client()
    answer = client.get("/login", headers={"X-Forwarded-Proto": "https"})
    assert "Strict-Transport-Security" not in answer.headers


def test_a_forwarded_name_port_or_path_is_never_trusted(tmp_path: Path) -> None:
    claims = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Port": "1", "X-Forwarded-Prefix": "/evil"}
    with app_with(tmp_path, PROXY_HOPS=5).test_client() as client:
        client.get("/login", headers=claims)
        assert request.url == "http://localhost/login"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "host", ["evil.example", "sync.example.com.evil.example", "sync.example.com@evil", ""]
)
def test_requests_for_other_host_names_are_refused(tmp_path: Path, method: str, host: str) -> None:
    client = app_with(tmp_path, TRUSTED_HOSTS=["sync.example.com"], TESTING=False).test_client()
    answer = client.open("/login", method=method, headers={"Host": host})
    assert (answer.status_code, answer.mimetype) == (400, "text/plain")
    assert "evil" not in answer.text
    assert client.get("/login", headers={"Host": "sync.example.com"}).status_code == 200


@pytest.mark.parametrize("host", ["10.1.2.3:8000", "localhost", "evil.example", ""])
@pytest.mark.parametrize("trusted", [["sync.example.com"], [".example.com"], None])
def test_a_health_check_is_answered_under_any_name(
    tmp_path: Path, host: str, trusted: list[str] | None
) -> None:
    changes = {"TRUSTED_HOSTS": trusted, "HTTPS_ONLY": True, "PROXY_HOPS": 1, "TESTING": False}
    client = app_with(tmp_path, **changes).test_client()
    answer = client.get("/healthz", headers={"Host": host})
    assert (answer.status_code, answer.json) == (200, {"status": "alive"})


@pytest.mark.parametrize("path", ["/readyz", "/healthz/", "//healthz", "/login"])
def test_only_health_checks_are_answered_under_any_name(tmp_path: Path, path: str) -> None:
    client = app_with(tmp_path, TRUSTED_HOSTS=["sync.example.com"], TESTING=False).test_client()
    assert client.get(path, headers={"Host": "10.1.2.3"}).status_code == 400


def test_a_deployment_is_reached_by_its_public_name_and_those_listed() -> None:
    def read(**variables: str) -> dict[str, Any]:
        found = config.from_environment({**rendered, **servers, **public, **variables})
        return {name: found[name] for name in ("PROXY_HOPS", "TRUSTED_HOSTS", "HTTPS_ONLY")}

    public = {"APP_ENVIRONMENT": "production", "PUBLIC_URL": "https://sync.example.com"}
    servers = {"DATABASE_URL": "postgresql://u:p@db/d", "REPORTS_ON_ONE_HOST": "true"}
    rendered = dict(line.split("=", 1) for line in rendering.new_env().splitlines() if line[:1].isalpha())
    assert read() == {"PROXY_HOPS": 1, "TRUSTED_HOSTS": ["sync.example.com"], "HTTPS_ONLY": True}
    listed = read(TRUSTED_HOSTS="Parts.example.com, .internal.example", PROXY_HOPS="2")
    assert listed["TRUSTED_HOSTS"] == ["parts.example.com", ".internal.example", "sync.example.com"]
    assert listed["PROXY_HOPS"] == 2


def test_in_production_browsers_are_redirected_to_https_and_other_clients_refused(tmp_path: Path) -> None:
    client = app_with(tmp_path, HTTPS_ONLY=True, METRICS_TOKEN="x" * 20).test_client()
    led = client.get("/dealers?matching=a%20b")
    assert (led.status_code, led.location) == (308, "https://localhost/dealers?matching=a%20b")
    assert client.post("/login", data={"password": "in the clear"}).status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer x"}).status_code == 403
    assert client.get("/healthz").status_code == 200
    by_router = client.get("/login", headers={"X-Forwarded-Proto": "https"})
    assert by_router.status_code == 200


def test_in_development_no_proxy_is_trusted_and_any_host_name_is_accepted() -> None:
    found = config.from_environment({**ENOUGH, "PUBLIC_URL": "http://127.0.0.1:5000"})
    assert (found["PROXY_HOPS"], found["TRUSTED_HOSTS"]) == (0, None)


@pytest.mark.parametrize(
    ("name", "text"),
    [("PROXY_HOPS", "-1"), ("PROXY_HOPS", "6"), ("TRUSTED_HOSTS", "*"), ("TRUSTED_HOSTS", "a.example:443")],
)
def test_a_malformed_setting_is_named(name: str, text: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^{name} is malformed"):
        config.from_environment({**ENOUGH, name: text})
