"""User administration: invite, create links, activate, deactivate, remove a second factor."""

from __future__ import annotations

import secrets

from flask_security.utils import hash_password
from sqlalchemy import select

from webapp import audit
from webapp.accounts import emails, second_factor, sessions
from webapp.accounts.create import address_of, store
from webapp.core.errors import Refused
from webapp.extensions import db
from webapp.models import Dealer, User
from webapp.web.email_links import can_send_links


def user_by_email(email: str) -> User:
    """Return the user with that address. Raises Refused."""
    user = db.session.scalar(select(User).where(User.email == address_of(email)))
    if user is None:
        raise Refused(f"{address_of(email)} isn't a user")
    return user


def invite(email: str, role: str, dealer: Dealer | None = None) -> User:
    """Add a user who chooses a password by a link; it is sent if email is configured. Raises Refused."""
    user = User(email=address_of(email), role=role, dealer=dealer, password=_unknown())
    emails.queue_email("invitation", user.email)
    return store(user, "user.invited")


def make_link(user: User) -> str:
    """Create a link to hand over to the user; earlier links end."""
    if not user.active:
        raise Refused(f"{user.email} is deactivated; activate the user first")
    if user.password_set_at is None:
        _forget_links(user)
    _note(user, "user.link_made")
    return emails.link_for(user)


def send_link(user: User) -> None:
    """Send a new link to the user. Raises Refused if that is not possible."""
    if not can_send_links():
        raise Refused("email isn't set up (SMTP_URL, PUBLIC_URL)")
    if not user.active:
        raise Refused(f"{user.email} is deactivated; activate the user first")
    if user.password_set_at is None:
        _forget_links(user)
    emails.queue_email("reset" if user.password_set_at else "invitation", user.email)
    _note(user, "user.link_made")


def set_active(user: User, active: bool) -> None:
    """Activate or deactivate a user; deactivation ends every session and link at once."""
    if user.active == active:
        return
    user.active = active
    if not active:
        _forget_links(user)
        sessions.end(user)
    _note(user, "user.activated" if active else "user.deactivated")


def end_sessions(user: User, *, number: int | None = None, but: int | None = None) -> int:
    """End one session of a user, or all, or all `but` one; return how many were ended."""
    ended = sessions.end(user, number=number, but=but)
    if ended:
        _note(user, "user.sessions_ended", sessions=ended)
    db.session.commit()
    return ended


def remove_second_factor(user: User) -> None:
    """Remove a lost second factor; a user who must have one sets up another at sign-in."""
    if not user.has_second_factor:
        raise Refused(f"{user.email} has no two-step verification")
    second_factor.forget_recovery_codes(user)
    user.tf_primary_method = user.tf_totp_secret = user.tf_last_counter = None
    sessions.end(user)
    emails.queue_email("second_factor_changed", user.email)
    _note(user, "user.second_factor_removed")


def _note(user: User, action: str, **after: object) -> None:
    audit.note(action, user.email, dealer_id=user.dealer_id, after=after or None)
    db.session.commit()


def _forget_links(user: User) -> None:
    # Links and sessions contain this number; a new one ends both.
    user.fs_uniquifier = secrets.token_hex(32)


def _unknown() -> str:
    """Return the hash of a random password that nobody knows."""
    return str(hash_password(secrets.token_urlsafe(32)))
