"""Dealers with their configurations, organizations and users."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.factories.rows import save
from webapp.core import clock, vault
from webapp.extensions import db
from webapp.lightspeed import configurations
from webapp.models import Configuration, Dealer, Organization, User
from webapp.runs import readiness

PASSWORD = "correct horse battery"
# The Argon2 hash of PASSWORD is computed only in tests that submit the sign-in form; it is slow.
NO_PASSWORD = "!"


def make_dealer(
    name: str = "Northwind Powersports", timezone: str = "America/Chicago", **fields: Any
) -> Dealer:
    return save(Dealer(name=name, timezone=timezone, **fields))


def make_organization(name: str = "Big Sky Group", **fields: Any) -> Organization:
    """An organization that holds 3PA credentials (R2)."""
    login = {"username": "group", "sealed_password": vault.seal("group secret")}
    return save(Organization(name=name, **login | fields))


def make_user(email: str, dealer: Dealer | None = None, password: str = NO_PASSWORD) -> User:
    """A user of the dealer, or a staff user if no dealer is given."""
    return save(
        User(
            email=email,
            password=password,
            password_set_at=clock.now(),
            role="dealer" if dealer else "staff",
            dealer_id=dealer.id if dealer else None,
        )
    )


def make_configuration(dealer: Dealer, **fields: Any) -> Configuration:
    """Enabled, complete and connected, unless the fields say otherwise."""
    row = configurations.of(dealer)
    complete = {
        "enabled": True,
        "username": "dealer-login",
        "sealed_password": vault.seal("hunter2"),
        "password_set_at": clock.now(),
        "cmf": "76014846",
        "check_state": "connected",
        "checked_at": clock.now(),
    }
    for name, value in (complete | fields).items():
        setattr(row, name, value)
    backdate_readiness(dealer.id)
    return row


def backdate_readiness(dealer_id: int) -> None:
    """Set `ready_since` of a ready dealer far back, before any moment that a test travels to (R6)."""
    readiness.refresh(dealer_id)
    row = db.session.get(Configuration, dealer_id)
    if row is not None and row.ready_since is not None:
        row.ready_since = datetime(2020, 1, 1, tzinfo=UTC)
    db.session.commit()
