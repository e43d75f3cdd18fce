"""Changes of a dealer: name, time zone, organization, closing and reopening."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select, update

from webapp import audit
from webapp.accounts.create import checked_name, checked_timezone
from webapp.core import clock
from webapp.core.errors import Refused
from webapp.extensions import db
from webapp.lightspeed import configurations
from webapp.models import Dealer, Organization, User, UserSession
from webapp.runs import lifecycle, readiness

Verb = Callable[[Dealer], None]


def edit(dealer: Dealer, name: str, timezone: str, organization: Organization | None) -> None:
    """Save the details and commit. Raises Refused, with nothing changed.

    A change of organization may change the credentials, so they are validated again (R2, R3). The next tick
    plans the slots of a new time zone (R6).
    """
    checked = checked_name(name), checked_timezone(timezone)
    before = _details(dealer)
    holder_before = dealer.credentials_organization
    dealer.name, dealer.timezone = checked
    dealer.organization = organization
    audit.note("dealer.changed", dealer.name, dealer_id=dealer.id, before=before, after=_details(dealer))
    if dealer.credentials_organization is holder_before:
        db.session.commit()
    else:
        configurations.start_check(configurations.of(dealer))


def close(dealer: Dealer) -> None:
    """Close the dealer and commit: no runs, no sign-in; nothing is deleted.

    3PA is disabled until reopening, which ends the active run before its next code, stops the schedule and
    closes open alerts. Raises Refused if it is already closed.
    """
    if dealer.closed_at is not None:
        raise Refused(f"{dealer.name} is already closed")
    configuration = configurations.of(dealer)
    dealer.closed_at, dealer.enabled_when_closed = clock.now(), configuration.enabled
    configuration.enabled = False
    configuration.version += 1
    readiness.refresh(dealer.id)
    _end_sessions(dealer)
    audit.note("dealer.closed", dealer.name, dealer_id=dealer.id)
    db.session.commit()
    active = lifecycle.active(dealer.id)
    if active is not None:
        lifecycle.cancel(active)


def reopen(dealer: Dealer) -> None:
    """Reopen the dealer and commit; 3PA is restored, and its credentials are validated (R3).

    Raises Refused if the dealer isn't closed.
    """
    if dealer.closed_at is None:
        raise Refused(f"{dealer.name} is not closed")
    was_enabled = bool(dealer.enabled_when_closed)
    dealer.closed_at = dealer.enabled_when_closed = None
    audit.note("dealer.reopened", dealer.name, dealer_id=dealer.id)
    if was_enabled:
        configurations.save_credentials(configurations.of(dealer), enabled=True)
    else:
        db.session.commit()


def _details(dealer: Dealer) -> dict[str, Any]:
    organization = dealer.organization.name if dealer.organization else None
    return {"name": dealer.name, "timezone": dealer.timezone, "organization": organization}


def _end_sessions(dealer: Dealer) -> None:
    users = select(User.id).where(User.dealer_id == dealer.id)
    ended = update(UserSession).where(UserSession.user_id.in_(users), UserSession.ended_at.is_(None))
    db.session.execute(ended.values(ended_at=clock.now()))
