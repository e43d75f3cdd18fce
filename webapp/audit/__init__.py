"""Audit log: who changed what for which dealer, recorded in the transaction of the change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import has_request_context
from flask_login import current_user

from webapp.audit.last_change import is_own
from webapp.core.actor import background_actor
from webapp.core.redaction import is_secret
from webapp.extensions import db
from webapp.models import AuditEntry, User

# Actions with their labels.
ACTIONS: Final = {
    "settings.changed": "Changed the inventory settings",
    "credentials.changed": "Changed the 3PA credentials",
    "supplier_code.added": "Added a supplier code",
    "supplier_code.changed": "Changed a supplier code",
    "supplier_code.moved": "Moved a supplier code",
    "supplier_code.removed": "Removed a supplier code",
    "supplier_codes.imported": "Imported supplier codes",
    "supplier_codes.repriced": "Changed the pricing of supplier codes",
    "supplier_codes.reordered": "Reordered supplier codes",
    "codes.scanned": "Searched for unmapped codes",
    "slow_movers.protected": "Protected slow movers",
    "slow_movers.unprotected": "Stopped protecting slow movers",
    "code.hidden": "Marked a code as not for the webstore",
    "code.unhidden": "Listed a code again",
    "setup.reviewed": "Reviewed the codes found",
    "aliases.added": "Accepted part numbers",
    "aliases.imported": "Imported accepted part numbers",
    "candidates.rejected": "Rejected close matches",
    "candidates.offered": "Offered a rejected match again",
    "parts.ignored": "Ignored skipped parts",
    "parts.listed": "Listed ignored parts again",
    "aliases.removed": "Removed accepted part numbers",
    "guards.changed": "Changed the guards",
    "code_guards.changed": "Changed the guards of a supplier code",
    "prices.allowed": "Allowed blocked prices",
    "prices.guarded": "Rechecked a price",
    "minimum_prices.imported": "Imported minimum advertised prices",
    "freeze.added": "Froze inventory",
    "freeze.released": "Released frozen inventory",
    "freeze.ended": "Frozen inventory reached its end",
    "preview.requested": "Requested a preview",
    "preview.applied": "Applied a preview",
    "preview.saved": "Saved the settings of a preview",
    "locks.set": "Locked products",
    "locks.imported": "Imported locks",
    "locks.removed": "Removed locks",
    "locks.expired": "Locks expired",
    "run.queued": "Queued a run",
    "run.cancelled": "Cancelled a run",
    "inventory.restored": "Restored the inventory to before a run",
    "held_clearing.applied": "Approved a held zero-out",
    "held_clearing.kept": "Kept the quantities of a held zero-out",
    "held_pull.applied": "Approved an update that was on hold",
    "held_pull.kept": "Kept the webstore as it was before an update on hold",
    "held_pull.released": "Released an update on hold, without a decision",
    "organization.added": "Added an organization",
    "organization.renamed": "Renamed an organization",
    "organization.login_changed": "Changed an organization’s 3PA login",
    "dealer.added": "Added a dealer",
    "dealer.changed": "Changed a dealer’s details",
    "dealer.closed": "Closed a dealer",
    "dealer.reopened": "Reopened a dealer",
    "user.added": "Added a user",
    "user.invited": "Invited a user",
    "user.activated": "Activated a user",
    "user.deactivated": "Deactivated a user",
    "user.password_changed": "Changed a password",
    "user.password_set": "Set a password with a link",
    "user.link_made": "Created a password link",
    "user.sessions_ended": "Ended sessions",
    "user.second_factor_set": "Set up two-step verification",
    "user.second_factor_removed": "Turned off two-step verification",
    "user.recovery_codes_made": "Created recovery codes",
    "user.recovery_code_used": "Signed in with a recovery code",
    "catalog.import_started": "Started a catalog import",
    "catalog.imported": "Imported a catalog",
    "alert_contacts.changed": "Changed alert recipients",
    "alert_contacts.confirmed": "Confirmed an alert recipient",
    "summaries.chosen": "Changed who gets a summary of changes",
    "alert_emails.limited": "Reached the daily limit of alert emails",
    "job.retried": "Retried a background job",
    "history.deleted": "Deleted old history",
}

Fields = Mapping[str, Any]

__all__ = ["ACTIONS", "Fields", "is_own", "note"]


def note(
    action: str,
    subject: str,
    *,
    dealer_id: int | None = None,
    before: Fields | None = None,
    after: Fields | None = None,
    by: User | None = None,
) -> None:
    """Add an entry to the session; it is committed together with the change.

    `action` is one of `ACTIONS`, `subject` what was changed. Of `before` and `after` only the fields that
    differ are stored; if both are given and equal, no entry is added. Of secret fields only the fact of a
    change is stored. `by` is the actor, if not the request's user.
    """
    if action not in ACTIONS:
        raise ValueError(f"{action!r} is not an action that can be noted")
    kept_before, kept_after = _differing(before, after)
    if before is not None and after is not None and not (kept_before or kept_after):
        return
    entry = AuditEntry(action=action, subject=subject, dealer_id=dealer_id)
    entry.before, entry.after = kept_before, kept_after
    _sign(entry, by or _person())
    db.session.add(entry)


def _differing(before: Fields | None, after: Fields | None) -> tuple[dict[str, Any] | None, ...]:
    old, new = before or {}, after or {}
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return (
        {name: _told(name, old[name], "set") for name in names if name in old} or None,
        {name: _told(name, new[name], "changed" if old.get(name) else "set") for name in names if name in new}
        or None,
    )


def _told(name: str, value: Any, instead: str) -> Any:
    """Return the value; for a secret only whether it is set."""
    if not is_secret(name):
        return value
    return instead if value else None


def _person() -> User | None:
    if has_request_context() and current_user.is_authenticated:
        person: User = current_user._get_current_object()
        return person
    return None


def _sign(entry: AuditEntry, person: User | None) -> None:
    if person is None:
        entry.actor = background_actor()
        return
    entry.actor = "staff" if person.is_staff else "dealer"
    entry.user_id, entry.email = person.id, person.email
