"""Upgrading keeps recipients as they are, confirmed, and what was sent; going back does too."""

from __future__ import annotations

import json

from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from tests.migrations.test_upgrade import empty
from webapp.extensions import db
from webapp.models import AlertRecipients

__all__ = ["empty"]

BEFORE = (
    "INSERT INTO dealers (id, name, timezone, created_at) VALUES (1, 'D', 'UTC', CURRENT_TIMESTAMP)",
    "INSERT INTO alert_contacts (dealer_id, recipients, version) VALUES (1, :recipients, 0)",
)
SENT = """
    INSERT INTO alert_deliveries
        (dealer_id, event, channel, recipient, state, attempts, created_at, next_attempt_at)
    VALUES (1, :event, 'email', 'boss@example.com', 'delivered', 1, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP)
"""
EVENTS = text("SELECT event FROM alert_deliveries ORDER BY id")


def run(statement: str, **values: str) -> None:
    db.session.execute(text(statement), {name: values[name] for name in values if f":{name}" in statement})
    db.session.commit()


def test_recipients_stay_confirmed_and_deliveries_are_kept(empty: Flask) -> None:
    upgrade(revision="0022")
    for statement in BEFORE:
        run(statement, recipients=json.dumps(["boss@example.com"]))
    run(SENT, event="test")
    upgrade(revision="0023")
    row = db.session.execute(text("SELECT recipients, unconfirmed FROM alert_contacts")).one()
    assert row[1] is None
    assert AlertRecipients(recipients=["boss@example.com"], unconfirmed=row[1]).confirmed == [
        "boss@example.com"
    ]
    for event in ("confirmation", "limit"):
        run(SENT, event=event)
    assert list(db.session.scalars(EVENTS)) == ["test", "confirmation", "limit"]
    db.session.rollback()
    downgrade(revision="0022")
    assert list(db.session.scalars(EVENTS)) == ["test"]
    db.session.rollback()
