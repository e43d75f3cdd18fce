"""Reads the audit log."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select

from webapp.extensions import db
from webapp.models import AuditEntry


def noted() -> list[AuditEntry]:
    """Every entry, in order, as it is stored."""
    db.session.expire_all()
    return list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def actions() -> list[str]:
    return [entry.action for entry in noted()]


def last() -> AuditEntry:
    return noted()[-1]


def told(entry: AuditEntry) -> str:
    """All that an entry says of what was and is."""
    fields: dict[str, Any] = {"subject": entry.subject, "before": entry.before, "after": entry.after}
    return json.dumps(fields)
