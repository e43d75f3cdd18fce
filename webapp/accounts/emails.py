"""What people are written to about their account: noted here, sent by the sender of alerts.

A letter is a row of the outbox that names an address and what it is about. The link in it is made when it is
sent, so that no table, queue or log ever holds one, and whether somebody signs in with the address is found
out only then: asking takes the same time, and leaves the same row, whoever asks for whom.
"""

from __future__ import annotations

from flask import current_app
from flask_security.recoverable import generate_reset_password_token

from webapp.core.enums import ACCOUNT_EVENTS
from webapp.extensions import db
from webapp.models import AlertDelivery, User


def are_sent() -> bool:
    """Whether this deployment can send links: with a mail server, and knowing its own address."""
    return bool(current_app.config["SMTP_URL"] and current_app.config["PUBLIC_URL"])


def note(event: str, address: str) -> None:
    """Have a letter sent, to be committed with what it is about; nothing where none can be sent."""
    if event not in ACCOUNT_EVENTS:
        raise ValueError(f"{event!r} is nothing that people are written to about")
    if are_sent():
        db.session.add(AlertDelivery(event=event, channel="email", recipient=address))


def link_for(user: User) -> str:
    """A link that sets a new password, once, within `PASSWORD_LINK_HOURS`; it ends with the next password.

    Without `PUBLIC_URL` it begins with the slash: nobody knows then under which name the pages are reached.
    """
    values = {"token": generate_reset_password_token(user)}
    path = current_app.url_map.bind("localhost").build("security.reset_password", values)
    return f"{current_app.config['PUBLIC_URL'] or ''}{path}"
