"""SMTP client for the deployment's mail server (`SMTP_URL`), which sends several messages per connection."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate
from types import TracebackType
from typing import Self

from jobs.notifications.undeliverable import Undeliverable
from webapp.settings.addresses import MailServer

# Seconds to connect, and for each response of the server.
TIMEOUT = 10.0
# SMTP statuses from here on are permanent; lower ones may be retried.
PERMANENT = 500


def email_message(
    sender: Address, recipient: str, subject: str, text: str, number: int, *, html: str = ""
) -> EmailMessage:
    """Build a message of plain text, with HTML as its alternative unless that is empty.

    Its `Message-ID` is the same on every attempt, for duplicate detection.
    Line breaks are removed from the subject, because the library rejects them in headers.
    """
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = sender
    message["To"] = Address(addr_spec=recipient)
    message["Subject"] = " ".join("".join(c if c.isprintable() else " " for c in subject).split())
    message["Date"] = formatdate()
    message["Message-ID"] = f"<alert-delivery-{number}@{sender.domain}>"
    # Prevents automatic replies (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text, cte="quoted-printable")
    if html:
        message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message


class SmtpClient:
    """Connection to the mail server, opened by the first message and closed at the end of `with`."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._connection: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def send(self, message: EmailMessage) -> None:
        """Send a message. Raises Undeliverable."""
        try:
            self._connected().send_message(message)
        except (smtplib.SMTPException, OSError) as error:
            self._close()
            failure = _failure(error)
        else:
            return
        # Raised outside the except block, to have no __context__: that would hold the server's reply, which
        # may be sensitive.
        raise failure

    def _connected(self) -> smtplib.SMTP:
        if self._connection is not None and _is_alive(self._connection):
            return self._connection
        self._connection = connection = _connect(self._server)
        if self._server.security == "smtp+starttls":
            connection.starttls(context=ssl.create_default_context())
        if self._server.username and self._server.password:
            connection.login(self._server.username, self._server.password)
        return connection

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(smtplib.SMTPException, OSError):
                connection.quit()
            connection.close()


def _connect(server: MailServer) -> smtplib.SMTP:
    if server.security == "smtps":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)
    return smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)


def _is_alive(connection: smtplib.SMTP) -> bool:
    """Whether the connection is still open: the server may have closed it between two batches."""
    with suppress(smtplib.SMTPException, OSError):
        return connection.noop()[0] == 250
    return False


def _failure(error: Exception) -> Undeliverable:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = next((code for code, _ in error.recipients.values()), 0)
        return Undeliverable(
            f"The mail server doesn't accept mail for this address (code {code}).", code >= PERMANENT
        )
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Undeliverable("The mail server didn't accept our login.")
    if isinstance(error, smtplib.SMTPResponseException):
        return Undeliverable(f"The mail server didn't accept the message (code {error.smtp_code}).")
    if isinstance(error, (ssl.SSLError, smtplib.SMTPNotSupportedError)):
        return Undeliverable("We couldn't connect securely to the mail server.")
    return Undeliverable("We couldn't reach the mail server.")
