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
NOT_YOU: Final = "If this wasn't you, contact support right away."
CHANGED: Final = {
    "password_changed": ("your password was changed", "Your password was set or changed."),
    "second_factor_changed": (
        "two-step verification was changed",
        "Two-step verification was turned on, changed or turned off.",
    ),
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
    subject = "you're invited" if is_new else "set a new password"
    reason = (
        "You're invited to Parts Inventory Sync."
        if is_new
        else "We received a request to set a new password."
    )
    lines = [
        *(f"{reason} Set your password here:", "", emails.link_for(user), ""),
        f"The link works once and expires after {hours} hour{'' if hours == 1 else 's'}.",
        "If you weren't expecting this email, you can ignore it.",
    ]
    return f"{PROGRAM}: {subject}", "\n".join(lines) + "\n"
