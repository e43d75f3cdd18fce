"""Real receivers: a mail server and a web server that record what they get."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from webapp.settings.addresses import MailServer

USERNAME, PASSWORD = "mailer@example.com", "correct:horse/battery"


@dataclass
class Kept:
    """What a mail server took; `refuse` gives recipients an answer of their own, `busy` the next messages."""

    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    busy: list[str] = field(default_factory=list)
    connections: int = 0

    async def handle_EHLO(
        self, server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname  # type: ignore[assignment]
        # After STARTTLS a client says it again.
        self.connections += session.ssl is None
        return responses

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:
        if self.busy:
            return self.busy.pop(0)
        content = envelope.content
        assert isinstance(content, bytes)
        self.messages.append(message_from_bytes(content, policy=policy.default))  # type: ignore[arg-type]
        self.recipients.append(envelope.rcpt_tos)
        return "250 OK"

    @property
    def subjects(self) -> list[str]:
        return [str(message["Subject"]) for message in self.messages]


def mail_server(kept: Kept, port: int, security: str = "smtp", trusted: ssl.SSLContext | None = None) -> Any:
    """A mail server on loopback, to be used in `with`; one with TLS asks for a login."""
    secure: dict[str, Any] = {}
    if security != "smtp":
        secure = {"authenticator": _may_enter, "auth_required": True}
    if security == "smtp+starttls":
        secure |= {"tls_context": trusted, "require_starttls": True}
    if security == "smtps":
        secure |= {"ssl_context": trusted, "auth_require_tls": False}
    return _Running(kept, "127.0.0.1", port, **secure)


class _Running(Controller):
    def __enter__(self) -> _Running:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _may_enter(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
    assert isinstance(given, LoginPassword)
    right = (given.login, given.password) == (USERNAME.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


def certified(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    """A server's side of TLS, with a certificate for these names."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*names).configure_cert(context)
    return context


def with_login(port: int, security: str, password: str = PASSWORD) -> MailServer:
    """The settings that reach such a server."""
    return MailServer("localhost", port, security, USERNAME, password)
