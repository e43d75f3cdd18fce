"""Upgrading ends the recovery codes that were created before a second factor, and no others."""

from __future__ import annotations

import json

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import text

from tests.migrations.test_upgrade import empty
from webapp.extensions import db

__all__ = ["empty"]

SET, MADE = "user.second_factor_set", "user.recovery_codes_made"
# By address: whether a second factor is set up, and what the audit log says, in order.
PEOPLE = {
    "none@example.com": (False, [MADE]),
    "before@example.com": (True, [MADE, SET]),
    "after@example.com": (True, [MADE, SET, MADE]),
    "forgotten@example.com": (True, []),
}
ADD = """
    INSERT INTO users (email, password, active, fs_uniquifier, role, created_at,
                       tf_primary_method, tf_totp_secret, mf_recovery_codes)
    VALUES (:email, 'x', true, :email, 'staff', CURRENT_TIMESTAMP, :method, :method, :codes)
"""
NOTE = """
    INSERT INTO audit_entries (at, actor, action, subject)
    VALUES (CURRENT_TIMESTAMP, 'command', :action, :email)
"""


def test_codes_from_before_end_and_others_stay(empty: Flask) -> None:
    upgrade(revision="0017")
    for email, (has_factor, actions) in PEOPLE.items():
        method = "authenticator" if has_factor else None
        row = {"email": email, "method": method, "codes": json.dumps(["a hash"])}
        db.session.execute(text(ADD), row)
        for action in actions:
            db.session.execute(text(NOTE), {"action": action, "email": email})
    db.session.commit()
    upgrade()
    kept = text("SELECT email FROM users WHERE mf_recovery_codes IS NOT NULL ORDER BY email")
    assert list(db.session.scalars(kept)) == ["after@example.com", "forgotten@example.com"]
