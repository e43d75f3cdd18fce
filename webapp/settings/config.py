"""Reads the environment once, and refuses to start on a missing or malformed variable, naming it."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet

from webapp.core import egress, private_files
from webapp.settings import (
    account_settings,
    alert_settings,
    database_settings,
    operation_settings,
    production,
    proxy_settings,
    redis_settings,
    sync_settings,
)
from webapp.settings.env import ConfigurationError, listed, switch, whole

ROOT = Path(__file__).resolve().parents[2]
LIGHTSPEED_API_URL = "https://int.lightspeeddataservices.com/lsapi"
REQUESTS_PER_MINUTE = 200
SYNC_HOURS = (1, 7, 13, 19)


# What does not depend on the deployment.
DEFAULTS: dict[str, Any] = {
    "SQLALCHEMY_ENGINE_OPTIONS": database_settings.ENGINE_OPTIONS,
    # Its commands would add people past the rules and the audit log.
    "SECURITY_CLI_USERS_NAME": None,
    "SECURITY_CLI_ROLES_NAME": None,
    "SECURITY_STATIC_FOLDER": None,
    # What an address can do is nobody's business before signing in.
    "PROVIDE_AUTOMATIC_OPTIONS": False,
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    # Pages stay open for days; the token still ends with the session.
    "WTF_CSRF_TIME_LIMIT": None,
    # Of an ordinary form. Routes that take more say so (webapp/web/bodies.py).
    "MAX_CONTENT_LENGTH": 64 * 1024,
    "MAX_FORM_MEMORY_SIZE": 64 * 1024,
    "MAX_FORM_PARTS": 100,
    # Hosts of the 3PA service that may have private addresses.
    "LIGHTSPEED_ALLOWED_HOSTS": frozenset(),
    **account_settings.DEFAULTS,
    **alert_settings.DEFAULTS,
    **proxy_settings.DEFAULTS,
    **operation_settings.DEFAULTS,
    **sync_settings.DEFAULTS,
}


def from_environment(
    environ: Mapping[str, str] = os.environ, kind: str = database_settings.COMMAND
) -> dict[str, Any]:
    """The Flask configuration for these environment variables (docs/settings.md), for a kind of process.

    Raises ConfigurationError, which names the variable.
    """
    in_production = production.is_production(environ)
    found = _read(environ, in_production, kind)
    if in_production:
        production.check(environ, found)
        found["SQLALCHEMY_DATABASE_URI"] = production.encrypted(found["SQLALCHEMY_DATABASE_URI"])
        for bind in found["SQLALCHEMY_BINDS"].values():
            bind["url"] = production.encrypted(bind["url"])
    return found


def _read(environ: Mapping[str, str], in_production: bool, kind: str) -> dict[str, Any]:
    allowed = _allowed_hosts(environ, in_production)
    return {
        "SECRET_KEY": _required(environ, "SECRET_KEY"),
        "SECRET_KEY_FALLBACKS": listed(environ.get("SECRET_KEY_FALLBACKS", "")),
        "CREDENTIALS_KEYS": _credentials_keys(_required(environ, "CREDENTIALS_KEYS")),
        **database_settings.read(environ, kind, _default_database()),
        "REDIS_URL": redis_settings.read(environ),
        "LIGHTSPEED_API_URL": _http_url(environ.get("LIGHTSPEED_API_URL") or LIGHTSPEED_API_URL, allowed),
        "LIGHTSPEED_ALLOWED_HOSTS": allowed,
        "LIGHTSPEED_REQUESTS_PER_MINUTE": whole(
            "LIGHTSPEED_REQUESTS_PER_MINUTE",
            environ.get("LIGHTSPEED_REQUESTS_PER_MINUTE") or str(REQUESTS_PER_MINUTE),
        ),
        "SYNC_HOURS": _hours(environ.get("SYNC_HOURS") or ",".join(map(str, SYNC_HOURS))),
        "REPORT_STORAGE_URL": _storage_url(environ.get("REPORT_STORAGE_URL") or _default_storage()),
        "REPORTS_ON_ONE_HOST": switch("REPORTS_ON_ONE_HOST", environ.get("REPORTS_ON_ONE_HOST", "")),
        **account_settings.read(environ, in_production),
        **alert_settings.read(environ),
        **proxy_settings.read(environ, in_production),
        **operation_settings.read(environ),
        **sync_settings.read(environ),
    }


def worker_processes(environ: Mapping[str, str] = os.environ) -> int:
    """How many processes take syncs (`WORKER_PROCESSES`)."""
    return whole("WORKER_PROCESSES", environ.get("WORKER_PROCESSES") or "2")


def _required(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "").strip()
    if not value:
        raise ConfigurationError(f"{name} is missing: set it in the environment")
    return value


def _credentials_keys(text: str) -> list[str]:
    keys = [key.strip() for key in text.split(",") if key.strip()]
    for number, key in enumerate(keys, start=1):
        try:
            Fernet(key)
        except ValueError:
            reason = f"CREDENTIALS_KEYS is malformed: key {number} is no Fernet key"
            raise ConfigurationError(reason) from None
    if not keys:
        raise ConfigurationError("CREDENTIALS_KEYS is malformed: it holds no key")
    return keys


def _default_database() -> str:
    return f"sqlite:///{_instance('app.sqlite3')}"


def _default_storage() -> str:
    return _instance("reports").as_uri()


def _instance(name: str) -> Path:
    path = ROOT / "instance" / name
    private_files.make_folder(path.parent)
    return path


def _allowed_hosts(environ: Mapping[str, str], in_production: bool) -> frozenset[str]:
    """On somebody's own machine the service is a stand-in that runs there too."""
    given = listed(environ.get("LIGHTSPEED_ALLOWED_HOSTS", ""))
    return frozenset(host.casefold() for host in given or (() if in_production else egress.LOOPBACK))


def _http_url(text: str, allowed_hosts: Collection[str]) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigurationError("LIGHTSPEED_API_URL is malformed: it starts with https:// and names a host")
    if parts.username or parts.password:
        raise ConfigurationError("LIGHTSPEED_API_URL is malformed: it must not hold a login")
    is_odd = parts.scheme == "http" or not egress.may_be_public(parts.hostname)
    if is_odd and parts.hostname not in allowed_hosts:
        reason = "it starts with https:// and is public, or LIGHTSPEED_ALLOWED_HOSTS names its host"
        raise ConfigurationError(f"LIGHTSPEED_API_URL is refused: {reason}")
    return text.rstrip("/")


def _storage_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("file", "s3", "memory") or (parts.scheme == "s3" and not parts.netloc):
        raise ConfigurationError("REPORT_STORAGE_URL is malformed: it starts with file:/// or s3://bucket")
    if parts.scheme == "s3" and importlib.util.find_spec("s3fs") is None:
        raise ConfigurationError("REPORT_STORAGE_URL is refused: s3:// needs the package s3fs")
    return text.rstrip("/")


def _hours(text: str) -> tuple[int, ...]:
    try:
        hours = sorted({int(hour) for hour in text.split(",")})
    except ValueError:
        raise ConfigurationError("SYNC_HOURS is malformed: hours such as 1,7,13,19") from None
    if not hours or hours[0] < 0 or hours[-1] > 23:
        raise ConfigurationError("SYNC_HOURS is malformed: each hour is from 0 to 23")
    return tuple(hours)
