"""Who made the last change: the user of this request, in another tab, or someone else."""

from __future__ import annotations

from collections.abc import Collection

from flask import has_request_context
from flask_login import current_user
from sqlalchemy import select

from webapp.extensions import db
from webapp.models import AuditEntry


def is_own(dealer_id: int, actions: Collection[str], subject: str = "") -> bool:
    """Return whether the last of these changes of a dealer, of a subject if given, was the user's own."""
    if not (has_request_context() and current_user.is_authenticated):
        return False
    entries = select(AuditEntry.user_id).where(
        AuditEntry.dealer_id == dealer_id, AuditEntry.action.in_(actions)
    )
    if subject:
        entries = entries.where(AuditEntry.subject == subject)
    last = db.session.execute(entries.order_by(AuditEntry.id.desc()).limit(1)).first()
    return last is not None and last.user_id == current_user.id
