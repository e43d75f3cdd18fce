"""Settings of alerts: sending, staff recipients, and the threshold of unmatched shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.headerregistry import Address
from typing import Any, Final
from urllib.parse import SplitResult, unquote, urlsplit

from webapp.core.egress import LOOPBACK, Forbidden, check_url
from webapp.core.email_addresses import InvalidAddress, parse_address, parse_sender
from webapp.settings.env import ConfigurationError, listed, share, whole

PORTS: Final = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
DEFAULTS: Final[dict[str, Any]] = {
    "SMTP_URL": None,
    "MAIL_FROM": None,
    "STAFF_ALERT_RECIPIENTS": (),
    "STAFF_DIGEST_HOUR": 13,
    "ALERT_ALLOWED_HOSTS": frozenset(),
    "HEARTBEAT_URL": None,
    "ALERT_EMAILS_PER_DAY": 50,
    "ALERT_UNMATCHED_RISE": 0.1,
    "ALERT_UNMATCHED_MINIMUM": 100,
    "PUBLIC_URL": None,
}


@dataclass(frozen=True)
class MailServer:
    """Mail server for outgoing email; `security` is a key of `PORTS`."""

    host: str
    port: int
    security: str
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)


def read(environ: Mapping[str, str]) -> dict[str, Any]:
    """Read the settings from these environment variables. Raises ConfigurationError, which names the
    variable."""
    given = {name: environ[name].strip() for name in DEFAULTS if environ.get(name, "").strip()}
    found = DEFAULTS | {name: _READ[name](name, text) for name, text in given.items()}
    if found["SMTP_URL"] and not found["MAIL_FROM"]:
        raise ConfigurationError("MAIL_FROM is missing: SMTP_URL needs a sender address")
    return found


def _mail_server(name: str, text: str) -> MailServer:
    malformed = f"{name} is malformed: it must look like smtp+starttls://user:password@host:587"
    try:
        parts = urlsplit(text)
        port = parts.port or PORTS[parts.scheme]
    except (ValueError, KeyError):
        raise ConfigurationError(malformed) from None
    if not parts.hostname or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ConfigurationError(malformed)
    if bool(parts.username) != bool(parts.password):
        raise ConfigurationError(f"{name} is malformed: a login needs both a username and a password")
    if parts.username and parts.scheme == "smtp" and parts.hostname not in LOOPBACK:
        raise ConfigurationError(f"{name} is malformed: a login needs smtp+starttls:// or smtps://")
    return MailServer(parts.hostname, port, parts.scheme, *_login(parts))


def _login(parts: SplitResult) -> tuple[str | None, str | None]:
    if not parts.username or not parts.password:
        return None, None
    return unquote(parts.username), unquote(parts.password)


def _sender(name: str, text: str) -> Address:
    try:
        return parse_sender(text)
    except ValueError:
        raise ConfigurationError(f"{name} is malformed: it isn't a valid email address") from None


def _addresses(name: str, text: str) -> tuple[str, ...]:
    try:
        return tuple(dict.fromkeys(parse_address(address) for address in listed(text)))
    except InvalidAddress:
        reason = f"{name} is malformed: it must be a list of email addresses, comma-separated"
        raise ConfigurationError(reason) from None


def _hosts(name: str, text: str) -> frozenset[str]:
    hosts = frozenset(host.casefold() for host in listed(text))
    if any("/" in host or "@" in host or " " in host for host in hosts):
        raise ConfigurationError(f"{name} is malformed: it must be a list of host names, comma-separated")
    return hosts


def _hour(name: str, text: str) -> int:
    return whole(name, text, least=0, most=23)


def _public_url(name: str, text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
        raise ConfigurationError(f"{name} is malformed: it must look like https://sync.example.com")
    return text.rstrip("/")


def _heartbeat(name: str, text: str) -> str:
    try:
        # Its host is checked when it is called: ALERT_ALLOWED_HOSTS may list it.
        check_url(text, [(urlsplit(text).hostname or "").casefold()])
    except ValueError as error:
        reason = str(error) if isinstance(error, Forbidden) else "it is no address of a web server"
        raise ConfigurationError(f"{name} is malformed: {reason}") from None
    return text


_READ: Final = {
    "SMTP_URL": _mail_server,
    "MAIL_FROM": _sender,
    "STAFF_ALERT_RECIPIENTS": _addresses,
    "STAFF_DIGEST_HOUR": _hour,
    "ALERT_ALLOWED_HOSTS": _hosts,
    "HEARTBEAT_URL": _heartbeat,
    "ALERT_EMAILS_PER_DAY": whole,
    "ALERT_UNMATCHED_RISE": share,
    "ALERT_UNMATCHED_MINIMUM": whole,
    "PUBLIC_URL": _public_url,
}
