"""Letters about people's own accounts arrive, with a link that works; nobody else is written to."""

from __future__ import annotations

import re

from flask import Flask

from jobs.alerts import delivering
from tests.jobs.alerts.receivers import Kept
from tests.webapp.accounts.people import EMAIL, follow
from tests.webapp.views.client import ON_SQLITE
from webapp.accounts import letters, people
from webapp.extensions import db
from webapp.models import AlertDelivery

pytestmark = ON_SQLITE


def test_an_invitation_arrives_and_a_stranger_is_not_written_to(app: Flask, mailed: Kept):
    people.invite(EMAIL, "staff")
    letters.note("reset", "nobody@prairie.example")
    db.session.commit()
    assert delivering.deliver_due(lambda: False) == 2
    (message,) = mailed.messages
    assert message["To"] == EMAIL
    assert message["Subject"] == "Parts Inventory Sync: you are invited"
    link = re.search(r"https://sync\.example\.com(/reset/\S+)", message.get_content())
    assert link
    states = db.session.execute(db.select(AlertDelivery.recipient, AlertDelivery.state))
    assert dict(states.tuples().all()) == {EMAIL: "delivered", "nobody@prairie.example": "dropped"}
    db.session.rollback()
    assert follow(app.test_client(), link[1]).location == "/login"
