"""In production the program does not start with settings that are meant for development."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import subprocess
import sys
from typing import Any

import pytest

from webapp.settings import config, database_settings
from webapp.settings.env import ConfigurationError

pytestmark = pytest.mark.slow

SOUND = {
    "APP_ENVIRONMENT": "production",
    "SECRET_KEY": secrets.token_urlsafe(48),
    # The same each time: it is part of tests' names, which every worker must find alike.
    "CREDENTIALS_KEYS": base64.urlsafe_b64encode(hashlib.sha256(b"of a test").digest()).decode(),
    "PUBLIC_URL": "https://sync.example.com",
    "DATABASE_URL": "postgres://u:p@db.example.com/d",
    "REDIS_URL": "rediss://:p@redis.example.com:6380",
    "REPORTS_ON_ONE_HOST": "true",
}


def read(**variables: str) -> dict[str, Any]:
    return config.from_environment({**SOUND, **variables})


def key_of(byte: bytes) -> str:
    return base64.urlsafe_b64encode(byte * 32).decode()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "test"),
        ("SECRET_KEY", "changeme-changeme-changeme-0123456789"),
        ("SECRET_KEY", "x" * 64),
        ("SECRET_KEY", SOUND["CREDENTIALS_KEYS"]),
        ("SECRET_KEY_FALLBACKS", "older"),
        ("CREDENTIALS_KEYS", key_of(b"\0")),
        ("CREDENTIALS_KEYS", f"{SOUND['CREDENTIALS_KEYS']},{key_of(b'a')}"),
        ("FLASK_DEBUG", "1"),
        ("LIGHTSPEED_API_URL", "http://int.lightspeeddataservices.com/lsapi"),
        ("LIGHTSPEED_API_URL", "http://127.0.0.1:8900/lsapi"),
        ("LIGHTSPEED_API_URL", "https://10.0.0.5/lsapi"),
        ("PUBLIC_URL", "http://sync.example.com"),
        ("PUBLIC_URL", ""),
        ("SENTRY_DSN", "http://key@errors.example.com/1"),
        ("SMTP_URL", "smtp://mail.example.com"),
        ("REDIS_URL", "redis://:p@redis.example.com:6379"),
        ("DATABASE_URL", "postgres://u:p@db.example.com/d?sslmode=prefer"),
        ("DATABASE_REPLICA_URL", "postgres://u:p@replica.example.com/d?sslmode=allow"),
        ("AWS_ENDPOINT_URL", "http://storage.example.com"),
        ("DATABASE_URL", ""),
        ("REDIS_URL", ""),
        ("REPORT_STORAGE_URL", "memory://reports"),
        ("REPORTS_ON_ONE_HOST", "perhaps"),
        ("REQUIRE_STAFF_2FA", "perhaps"),
    ],
)
def test_an_insecure_variable_prevents_the_start_and_is_named_without_its_value(
    name: str, value: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read(**{name: value, "MAIL_FROM": "sync@example.com"})
    said = "CREDENTIALS_KEYS" if value == SOUND["CREDENTIALS_KEYS"] else name
    assert str(refused.value).startswith(said)
    assert not value or value not in str(refused.value)
    read()


def test_plain_http_is_refused_even_to_a_host_that_is_allowed() -> None:
    read(LIGHTSPEED_API_URL="https://10.0.0.5/lsapi", LIGHTSPEED_ALLOWED_HOSTS="10.0.0.5")
    with pytest.raises(ConfigurationError, match=r"^LIGHTSPEED_API_URL must use https:"):
        read(LIGHTSPEED_API_URL="http://10.0.0.5/lsapi", LIGHTSPEED_ALLOWED_HOSTS="10.0.0.5")


@pytest.mark.parametrize("host", ["127.0.0.1", "10.1.2.3", "redis", "redis.railway.internal", "[fd00::1]"])
def test_servers_of_the_own_network_may_be_plain(host: str) -> None:
    read(REDIS_URL=f"redis://{host}:6379", DATABASE_URL=f"postgres://u:p@{host}/d?sslmode=disable")


def test_the_database_beyond_the_own_network_is_reached_encrypted() -> None:
    assert read()["SQLALCHEMY_DATABASE_URI"] == "postgresql://u:p@db.example.com/d?sslmode=require"
    stricter = "postgresql://u:p@db.example.com/d?sslmode=verify-full"
    assert read(DATABASE_URL=stricter)["SQLALCHEMY_DATABASE_URI"] == stricter
    binds = read(DATABASE_REPLICA_URL="postgres://u:p@replica.example.com/d")["SQLALCHEMY_BINDS"]
    assert binds[database_settings.REPLICA]["url"].endswith("?sslmode=require")
    near = "postgresql://u:p@postgres/d"
    assert read(DATABASE_URL=near)["SQLALCHEMY_DATABASE_URI"] == near


@pytest.mark.parametrize(
    ("storage", "problem"),
    [("file:///var/reports", "is refused: hosts share no folder"), ("", "is missing")],
)
def test_reports_in_a_folder_require_the_single_host_setting(storage: str, problem: str) -> None:
    given = {"REPORT_STORAGE_URL": storage}
    with pytest.raises(ConfigurationError) as refused:
        read(**given, REPORTS_ON_ONE_HOST="")
    advice = "use s3://, or set REPORTS_ON_ONE_HOST=true if all processes run on one host"
    assert str(refused.value) == f"REPORT_STORAGE_URL {problem}; {advice}"
    assert read(**given)["REPORT_STORAGE_URL"].startswith("file:///")


def test_on_a_developers_machine_defaults_stay_as_they_were() -> None:
    ours = {name: SOUND[name] for name in ("SECRET_KEY", "CREDENTIALS_KEYS")}
    found = config.from_environment(ours)
    assert found["SQLALCHEMY_DATABASE_URI"].startswith("sqlite:///")
    assert (found["REDIS_URL"], found["REQUIRE_STAFF_2FA"]) == (None, False)
    assert read()["REQUIRE_STAFF_2FA"] is True


def test_a_dyno_is_production_unless_configured_otherwise() -> None:
    assert read(APP_ENVIRONMENT="", DYNO="run.1")["PROXY_HOPS"] == 1
    with pytest.raises(ConfigurationError, match=r"^SECRET_KEY"):
        read(APP_ENVIRONMENT="", DYNO="run.1", SECRET_KEY="test")
    read(APP_ENVIRONMENT="development", DYNO="run.1", SECRET_KEY="test")


def test_an_unknown_environment_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"^APP_ENVIRONMENT is malformed"):
        read(APP_ENVIRONMENT="prod")


def test_every_process_of_the_procfile_is_production_by_itself() -> None:
    lines = (config.ROOT / "Procfile").read_text().splitlines()
    assert len(lines) == 4
    for line in lines:
        command = line.partition(": ")[2]
        assert command.startswith("APP_ENVIRONMENT=${APP_ENVIRONMENT:-production} "), line


@pytest.mark.parametrize(
    "module", ["flask --app wsgi routes", "gunicorn wsgi:app", "jobs.worker", "jobs.schedule"]
)
def test_each_process_says_so_in_one_line_and_ends(module: str) -> None:
    """Over the real environment, as a platform would start it."""
    given = SOUND | {"SECRET_KEY": "test", "PATH": os.environ["PATH"]}
    assert "SECRET_KEY is too short" in refused_start(module, given)


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "REPORTS_ON_ONE_HOST"])
def test_a_process_without_a_required_variable_names_it_and_ends(name: str) -> None:
    given = {**SOUND, "PATH": os.environ["PATH"]}
    del given[name]
    said = refused_start("flask --app wsgi routes", given).strip().splitlines()
    assert len(said) == 1
    assert name in said[0]


def refused_start(module: str, environ: dict[str, str]) -> str:
    """What a process says that does not start."""
    command = [sys.executable, "-m", *module.split()]
    ended = subprocess.run(command, cwd=config.ROOT, env=environ, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    return ended.stderr
