"""Changes of an organization: its name, and the 3PA login shared by its dealers (R2)."""

from __future__ import annotations

from typing import Any

from webapp import audit
from webapp.accounts.create import checked_name
from webapp.core import clock, vault
from webapp.core.errors import Refused
from webapp.core.text_checks import check_login
from webapp.extensions import db
from webapp.lightspeed import configurations
from webapp.models import Organization


def rename(organization: Organization, name: str) -> None:
    """Rename the organization and commit. Raises Refused for an invalid name."""
    before = organization.name
    organization.name = checked_name(name)
    audit.note("organization.renamed", before, before={"name": before}, after={"name": organization.name})
    db.session.commit()


def save_login(organization: Organization, username: str, password: str | None) -> None:
    """Save the 3PA login, commit, and validate it for every dealer of the organization (R3).

    Without a password the stored one is kept. Raises Refused if either is missing.
    """
    username = username.strip()
    if not username:
        raise Refused("3PA Username is missing")
    check_login(username, password)
    if not password and organization.sealed_password is None:
        raise Refused("3PA Password is missing")
    before = _login(organization)
    organization.username = username
    if password:
        organization.sealed_password = vault.seal(password)
        organization.password_set_at = clock.now()
    _note(organization, before)
    configurations.start_checks(organization)


def remove_login(organization: Organization) -> None:
    """Remove the 3PA login and commit: from now on each dealer enters its own (R2)."""
    before = _login(organization)
    organization.username = organization.sealed_password = organization.password_set_at = None
    _note(organization, before)
    configurations.start_checks(organization)


def _login(organization: Organization) -> dict[str, Any]:
    return {"username": organization.username, "password": organization.sealed_password}


def _note(organization: Organization, before: dict[str, Any]) -> None:
    audit.note("organization.login_changed", organization.name, before=before, after=_login(organization))
