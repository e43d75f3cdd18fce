"""Emails about a user's own account: links to set a password, and notices of changes."""

from __future__ import annotations

from typing import Final

from flask import current_app
from sqlalchemy import select

from jobs.notifications.undeliverable import NoLongerWanted
from webapp.accounts import emails
from webapp.extensions import db
from webapp.models import AlertDelivery, User

PROGRAM: Final = "Parts Inventory Sync"
NOT_YOU: Final = "If this was not you, tell our support at once."
CHANGED: Final = {
    "password_changed": ("your password was changed", "Your password was set or changed."),
    "second_factor_changed": ("your second factor was changed", "Your second factor was set up or removed."),
}


def compose(delivery: AlertDelivery) -> tuple[str, str]:
    """Return subject and text; a link is created on sending. Raises NoLongerWanted without an active user."""
    user = db.session.scalar(select(User).where(User.email == delivery.recipient))
    if user is None or not user.is_active:
        raise NoLongerWanted
    if delivery.event in CHANGED:
        subject, sentence = CHANGED[delivery.event]
        return f"{PROGRAM}: {subject}", f"{sentence}\n\n{NOT_YOU}\n"
    return _link(user, is_new=user.password_set_at is None)


def _link(user: User, *, is_new: bool) -> tuple[str, str]:
    hours = current_app.config["PASSWORD_LINK_HOURS"]
    subject = "you are invited" if is_new else "set a new password"
    reason = "You are invited to sign in." if is_new else "Somebody asked for a link to set a new password."
    lines = [
        *(f"{reason} Choose your password here:", "", emails.link_for(user), ""),
        f"The link works once, for {hours} hours." if hours > 1 else "The link works once, for an hour.",
        "If you did not expect it, you need not do anything.",
    ]
    return f"{PROGRAM}: {subject}", "\n".join(lines) + "\n"
