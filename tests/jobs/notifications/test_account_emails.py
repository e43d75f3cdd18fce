"""Emails about a user's account arrive with a link that works, and no other address gets one."""

from __future__ import annotations

import re

from flask import Flask

from jobs.notifications import sender
from tests.factories import make_user
from tests.jobs.notifications.receivers import Kept
from tests.webapp.accounts.users import EMAIL, follow
from tests.webapp.client import ON_SQLITE
from webapp import dealers
from webapp.accounts import emails, user_admin
from webapp.extensions import db
from webapp.models import AlertDelivery, Dealer

pytestmark = ON_SQLITE


def test_users_of_a_closed_dealer_get_no_email(app: Flask, mailed: Kept, dealer: Dealer):
    user = make_user("parts@prairie.example", dealer)
    dealers.dealer_admin.close(dealer)
    emails.queue_email("reset", user.email)
    db.session.commit()
    sender.deliver_due(lambda: False)
    assert mailed.messages == []


def test_an_invitation_arrives_and_an_unknown_address_gets_no_email(app: Flask, mailed: Kept):
    user_admin.invite(EMAIL, "staff")
    emails.queue_email("reset", "nobody@prairie.example")
    db.session.commit()
    assert sender.deliver_due(lambda: False) == 2
    (message,) = mailed.messages
    assert message["To"] == EMAIL
    assert message["Subject"] == "Parts Inventory Sync: you're invited"
    link = re.search(r"https://sync\.example\.com(/reset/\S+)", message.get_content())
    assert link
    states = db.session.execute(db.select(AlertDelivery.recipient, AlertDelivery.state))
    assert dict(states.all()) == {EMAIL: "delivered", "nobody@prairie.example": "dropped"}
    db.session.rollback()
    assert follow(app.test_client(), link[1]).location == "/login"
