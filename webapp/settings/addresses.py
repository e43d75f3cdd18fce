"""Kinds of settings that are addresses: of servers, of pages, and of email recipients.

Each takes the name and the text of a variable, as in `webapp.settings.env`, and raises ConfigurationError for
malformed text.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, field
from email.headerregistry import Address
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from webapp.core.egress import LOOPBACK, Forbidden, check_url
from webapp.core.email_addresses import InvalidAddress, parse_address, parse_sender
from webapp.settings.env import ConfigurationError, listed, malformed

PORTS: Final = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
REDIS_SCHEMES: Final = ("redis", "rediss", "unix")


@dataclass(frozen=True)
class MailServer:
    """Mail server, with its login if it needs one; `security` is a key of `PORTS`."""

    host: str
    port: int
    security: str
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)


def database(name: str, given: str) -> str:
    """Return the URL of a PostgreSQL or SQLite database, as SQLAlchemy reads it."""
    # Heroku-style platforms still say postgres://, which SQLAlchemy no longer reads.
    if given.startswith("postgres://"):
        given = "postgresql://" + given.removeprefix("postgres://")
    try:
        url = make_url(given)
    except ArgumentError:
        raise malformed(name, "a database URL") from None
    if url.get_backend_name() not in ("postgresql", "sqlite"):
        raise ConfigurationError(f"{name} is malformed: only postgresql:// and sqlite:// are known")
    return given


def redis(name: str, given: str) -> str:
    """Return the URL of a Redis."""
    if urlsplit(given).scheme not in REDIS_SCHEMES:
        raise ConfigurationError(f"{name} is malformed: it must start with redis://, rediss:// or unix://")
    return given


def storage(name: str, given: str) -> str:
    """Return the URL of a folder or bucket for reports, without a slash at the end."""
    parts = urlsplit(given)
    if parts.scheme not in ("file", "s3", "memory") or (parts.scheme == "s3" and not parts.netloc):
        raise ConfigurationError(f"{name} is malformed: it must start with file:/// or s3://bucket")
    if parts.scheme == "s3" and importlib.util.find_spec("s3fs") is None:
        raise ConfigurationError(f"{name} is refused: s3:// needs the package s3fs")
    return given.rstrip("/")


def service(name: str, given: str) -> str:
    """Return the URL of the 3PA service, without a slash at the end.

    Whether its host may be called depends on other settings.
    """
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigurationError(f"{name} is malformed: it must start with https:// and name a host")
    if parts.username or parts.password:
        raise ConfigurationError(f"{name} is malformed: it must not hold a login")
    return given.rstrip("/")


def public(name: str, given: str) -> str:
    """Return the public URL of the pages, without a slash at the end."""
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
        raise ConfigurationError(f"{name} is malformed: it must look like https://sync.example.com")
    return given.rstrip("/")


def called(name: str, given: str) -> str:
    """Return a URL that gets a POST, under the rules of webhooks."""
    try:
        # Its host is judged when it is called: ALERT_ALLOWED_HOSTS may name it.
        check_url(given, [(urlsplit(given).hostname or "").casefold()])
    except ValueError as error:
        reason = str(error) if isinstance(error, Forbidden) else "it must be the address of a web server"
        raise ConfigurationError(f"{name} is malformed: {reason}") from None
    return given


def error_service(name: str, given: str) -> str:
    """Return the DSN of a project in Sentry."""
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.username or not parts.hostname:
        raise ConfigurationError(f"{name} is malformed: copy it from Sentry's settings of the project")
    return given


def mail_server(name: str, given: str) -> MailServer:
    """Return the mail server of a URL, with its login."""
    like = "a URL such as smtp+starttls://user:password@host:587"
    try:
        parts = urlsplit(given)
        port = parts.port or PORTS[parts.scheme]
    except (ValueError, KeyError):
        raise malformed(name, like) from None
    if not parts.hostname or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise malformed(name, like)
    if bool(parts.username) != bool(parts.password):
        raise ConfigurationError(f"{name} is malformed: a login needs both a username and a password")
    if parts.username and parts.scheme == "smtp" and parts.hostname not in LOOPBACK:
        raise ConfigurationError(f"{name} is malformed: a login needs smtp+starttls:// or smtps://")
    return MailServer(parts.hostname, port, parts.scheme, *_login(parts))


def _login(parts: SplitResult) -> tuple[str | None, str | None]:
    if not parts.username or not parts.password:
        return None, None
    return unquote(parts.username), unquote(parts.password)


def sender(name: str, given: str) -> Address:
    """Return an email address, with or without a display name."""
    try:
        return parse_sender(given)
    except ValueError:
        raise malformed(name, "an email address") from None


def email(name: str, given: str) -> str:
    """Return an email address."""
    try:
        return parse_address(given)
    except InvalidAddress:
        raise malformed(name, "an email address") from None


def emails(name: str, given: str) -> tuple[str, ...]:
    """Return the email addresses of a comma-separated list, each once, in its order."""
    try:
        return tuple(dict.fromkeys(parse_address(one) for one in listed(given)))
    except InvalidAddress:
        raise malformed(name, "a list of email addresses, comma-separated") from None


def hosts(name: str, given: str) -> frozenset[str]:
    """Return the host names and IP addresses of a comma-separated list, in lower case."""
    found = frozenset(host.casefold() for host in listed(given))
    if any("/" in host or "@" in host or " " in host for host in found):
        raise malformed(name, "a list of host names, comma-separated")
    return found


def served_hosts(name: str, given: str) -> list[str]:
    """Return the host names of a comma-separated list, in lower case; `.example.com` includes subdomains."""
    found = [host.casefold() for host in listed(given)]
    # A port or a star would match nothing.
    if any(not _is_host_name(host) for host in found):
        raise malformed(name, "a list of host names, comma-separated")
    return found


def _is_host_name(host: str) -> bool:
    return host.isascii() and all(each.isalnum() or each in ".-_" for each in host) and host.strip(".") != ""
