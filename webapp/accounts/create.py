"""Creation of organizations, dealers and users."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from flask import current_app
from flask_security.mail_util import EmailValidateException
from flask_security.utils import hash_password
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from webapp import audit
from webapp.core import clock, vault
from webapp.core.errors import Refused
from webapp.core.limits import MAX_NAME_LENGTH
from webapp.core.text_checks import check_login
from webapp.extensions import db
from webapp.models import Dealer, Organization, User


def add_organization(name: str, username: str | None = None, password: str | None = None) -> Organization:
    """Add an organization; with a username and password, its dealers use these credentials (R2)."""
    organization = Organization(name=checked_name(name))
    if username is not None or password is not None:
        if not username or not username.strip() or not password:
            raise Refused("3PA credentials need both a username and a password")
        check_login(username, password)
        organization.username = username.strip()
        organization.sealed_password = vault.seal(password)
        organization.password_set_at = clock.now()
    db.session.add(organization)
    held = {"username": organization.username, "password": organization.sealed_password}
    audit.note("organization.added", organization.name, after=held)
    db.session.commit()
    return organization


def add_dealer(name: str, timezone: str, organization: Organization | None = None) -> Dealer:
    """Add a dealer; `timezone` is a name such as `America/Chicago`."""
    zone = checked_timezone(timezone)
    dealer = Dealer(name=checked_name(name), timezone=zone, organization=organization)
    db.session.add(dealer)
    db.session.flush()
    member = {"organization": organization.name} if organization else {}
    audit.note("dealer.added", dealer.name, dealer_id=dealer.id, after={"timezone": timezone, **member})
    db.session.commit()
    return dealer


def checked_timezone(timezone: str) -> str:
    """Return the time zone if it is in the tz database. Raises Refused."""
    if timezone not in available_timezones():
        raise Refused(f"unknown time zone {timezone!r}; use a name such as America/Chicago")
    return timezone


def checked_name(text: str) -> str:
    """Return the name of an organization or dealer, stripped. Raises Refused."""
    name = text.strip()
    if not name or not name.isprintable():
        raise Refused("the name is missing or has characters that can't be printed")
    if len(name) > MAX_NAME_LENGTH:
        raise Refused(f"the name is longer than {MAX_NAME_LENGTH} characters")
    return name


def add_user(email: str, password: str, role: str, dealer: Dealer | None = None) -> User:
    """Add a user: of one dealer, or staff. Address and password are normalized as at sign-in."""
    address = address_of(email)
    hashed = hash_password(_password(password, address))
    user = User(email=address, role=role, dealer=dealer, password=hashed, password_set_at=clock.now())
    return store(user, "user.added")


def store(user: User, action: str) -> User:
    """Commit a new user with an audit entry. Raises Refused."""
    if (user.role == "dealer") != (user.dealer is not None):
        raise Refused("the role dealer needs a dealer, and no other role has one")
    address = user.email
    with db.session.no_autoflush:
        if db.session.scalar(select(User.id).where(User.email == address)):
            db.session.rollback()
            raise _present(address)
    db.session.add(user)
    try:
        db.session.flush()
        audit.note(action, address, dealer_id=user.dealer_id, after={"role": user.role})
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        raise _present(address) from None
    return user


def _present(address: str) -> Refused:
    return Refused(f"{address} is already a user")


def address_of(email: str) -> str:
    """Return the address in the form that is stored. Raises Refused."""
    try:
        return str(_security().mail_util.validate(email.strip())).lower()
    except EmailValidateException:
        raise Refused(f"{email!r} isn't a valid email address") from None


def _password(text: str, address: str) -> str:
    reasons, password = _security().password_util.validate(text, True, about=(address,))
    if reasons:
        raise Refused(f"the password isn't accepted: {' '.join(reasons)}")
    return str(password)


def _security() -> Any:
    return current_app.extensions["security"]
