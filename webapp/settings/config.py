"""Reads the environment once, and refuses to start on a missing or malformed variable, naming it."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from webapp.core import egress, private_files
from webapp.settings import account_settings, database_settings, production, proxy_settings, redis_settings
from webapp.settings.env import ConfigurationError
from webapp.settings.table import GROUPS, SETTINGS

ROOT = Path(__file__).resolve().parents[2]


_DEFAULT_VALUES: Final[dict[str, Any]] = {
    setting.name: setting.read({}) for setting in SETTINGS.values() if setting.is_in_configuration
}
# What holds without any environment variable.
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
    # The page of every component is for development: see webapp/design.
    "DESIGN_PAGE": False,
    "LIGHTSPEED_ALLOWED_HOSTS": SETTINGS["LIGHTSPEED_ALLOWED_HOSTS"].read({}),
    **account_settings.DEFAULTS,
    **_DEFAULT_VALUES,
    **account_settings.derived(_DEFAULT_VALUES),
    **proxy_settings.read({}, in_production=False),
}


def from_environment(
    environ: Mapping[str, str] = os.environ, kind: str = database_settings.COMMAND
) -> dict[str, Any]:
    """Return the Flask configuration for these environment variables (docs/settings.md), by name.

    `kind` is that of the process, one of `database_settings`. Raises ConfigurationError, which names the
    variable.
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
    values = {
        name: value
        for group in GROUPS
        for name, value in group.read(environ, in_production=in_production).items()
    }
    hosts = _allowed_hosts(environ, in_production)
    _check_service(values["LIGHTSPEED_API_URL"], hosts)
    if values["SMTP_URL"] and not values["MAIL_FROM"]:
        raise ConfigurationError("MAIL_FROM is missing: SMTP_URL needs a sender address")
    return {
        **values,
        "DESIGN_PAGE": not in_production,
        **database_settings.read(environ, kind, _default_database()),
        "REDIS_URL": redis_settings.read(environ),
        "LIGHTSPEED_ALLOWED_HOSTS": hosts,
        "REPORT_STORAGE_URL": SETTINGS["REPORT_STORAGE_URL"].read(environ, default=_default_storage()),
        **account_settings.derived(values),
        **proxy_settings.read(environ, in_production),
    }


def worker_processes(environ: Mapping[str, str] = os.environ) -> int:
    """Return how many processes take syncs (`WORKER_PROCESSES`). Raises ConfigurationError."""
    return int(SETTINGS["WORKER_PROCESSES"].read(environ))


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
    default = "" if in_production else ",".join(egress.LOOPBACK)
    return frozenset(SETTINGS["LIGHTSPEED_ALLOWED_HOSTS"].read(environ, default=default))


def _check_service(url: str, allowed_hosts: Collection[str]) -> None:
    parts = urlsplit(url)
    is_odd = parts.scheme == "http" or not egress.may_be_public(parts.hostname or "")
    if is_odd and parts.hostname not in allowed_hosts:
        reason = "it must use https:// and be public, or LIGHTSPEED_ALLOWED_HOSTS must name its host"
        raise ConfigurationError(f"LIGHTSPEED_API_URL is refused: {reason}")
