"""What a deployment must be like before it starts: stricter than on somebody's own machine.

It is production where `APP_ENVIRONMENT` says so, as the Procfile does for its processes, and on a Heroku
dyno, whose one-off commands do not go through the Procfile. Each refusal names the variable, and never shows
its value.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from webapp.core import egress
from webapp.settings.env import ConfigurationError
from webapp.settings.table import SETTINGS

SHORTEST_KEY: Final = 32
# A key of random bytes or letters has many more different ones; `aaaa…` and all zeros do not.
LEAST_DIFFERENT: Final = 12
_EXAMPLES: Final = (
    "changeme",
    "change-me",
    "change me",
    "example",
    "insecure",
    "default",
    "secret-key",
    "your",
)
# Of libpq's ways to connect these may be talked out of encryption.
_PLAIN_POSTGRES: Final = ("sslmode=disable", "sslmode=allow", "sslmode=prefer")


def is_production(environ: Mapping[str, str]) -> bool:
    """Return whether this is a deployment. Raises ConfigurationError for an unknown `APP_ENVIRONMENT`."""
    named = SETTINGS["APP_ENVIRONMENT"].read(environ)
    return named == "production" or (named is None and bool(environ.get("DYNO")))


def check(environ: Mapping[str, str], found: Mapping[str, Any]) -> None:
    """Raise ConfigurationError for the first setting that no deployment may have, of those `found`."""
    _check_given(environ)
    _check_debug(environ)
    _check_keys(found)
    _check_addresses(found)
    _check_servers(environ)
    _check_storage(environ, found)


def _check_given(environ: Mapping[str, str]) -> None:
    """The defaults of these are for one machine: each host would have a database and a queue of its own."""
    for name in ("DATABASE_URL", "REDIS_URL"):
        if not environ.get(name, "").strip():
            raise ConfigurationError(f"{name} is missing: it is required in production")


def _check_storage(environ: Mapping[str, str], found: Mapping[str, Any]) -> None:
    """Web and workers share report storage, but hosts and dynos share no disk."""
    scheme = urlsplit(found["REPORT_STORAGE_URL"]).scheme
    if scheme == "memory":
        raise ConfigurationError("REPORT_STORAGE_URL is refused: processes do not share memory; use s3://")
    if scheme == "file" and not found["REPORTS_ON_ONE_HOST"]:
        problem = "is refused: hosts share no folder" if environ.get("REPORT_STORAGE_URL") else "is missing"
        advice = "use s3://, or set REPORTS_ON_ONE_HOST=true if all processes run on one host"
        raise ConfigurationError(f"REPORT_STORAGE_URL {problem}; {advice}")


def _check_debug(environ: Mapping[str, str]) -> None:
    if environ.get("FLASK_DEBUG", "").strip().casefold() not in ("", "0", "false", "no"):
        raise ConfigurationError("FLASK_DEBUG is on: its pages reveal program internals to everyone")


def _check_keys(found: Mapping[str, Any]) -> None:
    secret = str(found["SECRET_KEY"])
    _check_secret("SECRET_KEY", secret)
    for older in found["SECRET_KEY_FALLBACKS"] or ():
        _check_secret("SECRET_KEY_FALLBACKS", older)
    for number, key in enumerate(found["CREDENTIALS_KEYS"], start=1):
        if len(set(base64.urlsafe_b64decode(key))) < LEAST_DIFFERENT:
            raise ConfigurationError(f"CREDENTIALS_KEYS: key {number} is an example or easily guessed")
        if key == secret:
            raise ConfigurationError(f"CREDENTIALS_KEYS: key {number} is the SECRET_KEY; choose another")


def _check_secret(name: str, secret: str) -> None:
    if len(secret) < SHORTEST_KEY:
        raise ConfigurationError(f"{name} is too short: {SHORTEST_KEY} or more random characters")
    if len(set(secret)) < LEAST_DIFFERENT or any(word in secret.casefold() for word in _EXAMPLES):
        raise ConfigurationError(f"{name} is an example or easily guessed: choose one at random")


def _check_addresses(found: Mapping[str, Any]) -> None:
    if not (found["PUBLIC_URL"] or found["TRUSTED_HOSTS"]):
        raise ConfigurationError("PUBLIC_URL is missing: pages and links in emails need its host name")
    for name in ("PUBLIC_URL", "SENTRY_DSN"):
        if found[name] and urlsplit(found[name]).scheme != "https":
            raise ConfigurationError(f"{name} must use https:// in production")
    address = urlsplit(found["LIGHTSPEED_API_URL"])
    if address.scheme != "https" and address.hostname not in egress.LOOPBACK:
        raise ConfigurationError("LIGHTSPEED_API_URL must use https:// in production")
    mail = found["SMTP_URL"]
    if mail is not None and mail.security == "smtp" and not is_near(mail.host):
        raise ConfigurationError(
            "SMTP_URL is refused: emails contain one-time links; use smtp+starttls:// or smtps://"
        )


def _check_servers(environ: Mapping[str, str]) -> None:
    """What holds everything: to it one goes encrypted, or not beyond the own network."""
    redis = urlsplit(environ.get("REDIS_URL") or "")
    if redis.scheme == "redis" and not is_near(redis.hostname or ""):
        raise ConfigurationError("REDIS_URL must use rediss:// outside private networks")
    for name in ("DATABASE_URL", "DATABASE_REPLICA_URL", "DATABASE_DIRECT_URL"):
        database = urlsplit(environ.get(name) or "")
        if any(way in database.query for way in _PLAIN_POSTGRES) and not is_near(database.hostname or ""):
            raise ConfigurationError(f"{name} must set sslmode=require or stricter outside private networks")
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        storage = urlsplit(environ.get(name) or "")
        if storage.scheme == "http" and not is_near(storage.hostname or ""):
            raise ConfigurationError(f"{name} must use https:// outside private networks")


def is_near(host: str) -> bool:
    """Return whether a host is in a private network: a private address, or a name without a domain."""
    return ("." not in host and ":" not in host) or not egress.may_be_public(host)


def encrypted(database_url: str) -> str:
    """Return a database URL, with `sslmode=require` for PostgreSQL outside private networks.

    A URL that sets `sslmode` is returned unchanged. Platforms provide URLs without it, with which libpq falls
    back to an unencrypted connection.
    """
    parts = urlsplit(database_url)
    if (
        not parts.scheme.startswith("postgresql")
        or "sslmode=" in parts.query
        or is_near(parts.hostname or "")
    ):
        return database_url
    return f"{database_url}{'&' if parts.query else '?'}sslmode=require"
