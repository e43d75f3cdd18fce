"""Emails about accounts: written to the outbox here, sent by `jobs.notifications`.

An outbox row holds an address and an event. The link is created when the email is sent, so that no table,
queue or log ever contains one. Whether the address belongs to a user is also checked then: a request takes
the same time and leaves the same row for every address.
"""

from __future__ import annotations

from flask import current_app
from flask_security.recoverable import generate_reset_password_token

from webapp.core.enums import ACCOUNT_EVENTS
from webapp.extensions import db
from webapp.models import AlertDelivery, User
from webapp.web.email_links import can_send_links


def queue_email(event: str, address: str) -> None:
    """Queue an email, committed with the change that it is about; does nothing if email is not configured."""
    if event not in ACCOUNT_EVENTS:
        raise ValueError(f"{event!r} is not an account event")
    if can_send_links():
        db.session.add(AlertDelivery(event=event, channel="email", recipient=address))


def link_for(user: User) -> str:
    """Return a one-time link for setting a password, valid `PASSWORD_LINK_HOURS` or until the password
    changes.

    Without `PUBLIC_URL` the link starts with a slash, as the site's host name is unknown.
    """
    values = {"token": generate_reset_password_token(user)}
    path = current_app.url_map.bind("localhost").build("security.reset_password", values)
    return f"{current_app.config['PUBLIC_URL'] or ''}{path}"
