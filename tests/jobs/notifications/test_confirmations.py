"""A new recipient gets alerts only after confirming by the link that was sent to the address."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from jobs.notifications import sender
from tests.factories import make_dealer, make_user
from tests.jobs.notifications.receivers import Kept
from tests.webapp.alerts.test_evaluate import cause
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp import alerts
from webapp.alerts import Finding, confirmations, recipients
from webapp.core import clock
from webapp.extensions import db
from webapp.models import AlertDelivery, AlertRecipients, AuditEntry, Dealer

NEW = "boss@prairie.example.com"


def deliver() -> None:
    sender.deliver_due(lambda: False)


def link_in(mailed: Kept, number: int = -1) -> str:
    """The path of the link in a message."""
    found = re.search(
        r"https://sync\.example\.com(/alert-confirmations/\S+)", mailed.messages[number].get_content()
    )
    assert found
    return found[1]


def new_client(app: Flask) -> LintingClient:
    app.test_client_class = LintingClient
    return app.test_client()


def recipients_of(dealer: Dealer) -> AlertRecipients:
    db.session.expire_all()
    return db.session.get_one(AlertRecipients, dealer.id)


@pytest.fixture
def page(app: Flask, dealer: Dealer) -> LintingClient:
    """Signed in as the dealer's user."""
    return new_client(app).sign_in(make_user("parts@prairie.example", dealer))


def save(page: LintingClient, dealer: Dealer, *addresses: str) -> str:
    form = {"recipients": "\n".join(addresses)}
    return page.hx("POST", f"/dealers/{dealer.id}/alerts/recipients", data=form).text


def again(page: LintingClient, dealer: Dealer, address: str = NEW) -> tuple[int, str]:
    sent = page.hx("POST", f"/dealers/{dealer.id}/alerts/confirmations", data={"address": address})
    return sent.status_code, sent.text


def test_a_new_recipient_gets_alerts_only_after_confirming(
    app: Flask, page: LintingClient, dealer: Dealer, mailed: Kept
):
    shown = save(page, dealer, NEW)
    assert "Waiting for confirmation" in shown
    alerts.evaluate_rules(clock.now(), [cause(Finding(dealer.id, "Oil."))])
    deliver()
    assert [to for (to,) in mailed.recipients] == [NEW]
    assert mailed.subjects == ["Parts Inventory Sync: confirm your alerts"]
    link, reader = link_in(mailed), new_client(app)
    # A mail scanner opens links, and asks for their heads.
    for _ in range(2):
        opened = reader.get(link)
        assert "Prairie Powersports wants to send alerts" in opened.text
        reader.head(link)
    assert recipients_of(dealer).confirmed == []
    assert "now gets alerts for Prairie Powersports" in reader.post(link).text
    assert recipients_of(dealer).confirmed == [NEW]
    assert "Waiting for confirmation" not in page.get(f"/dealers/{dealer.id}/alerts").text
    alerts.evaluate_rules(clock.now(), [cause(Finding(dealer.id, "Oil.", "another"))])
    deliver()
    assert len(mailed.messages) == 2
    entries = db.session.scalars(db.select(AuditEntry).where(AuditEntry.action == "alert_contacts.confirmed"))
    assert [entry.subject for entry in entries] == [NEW]


@ON_SQLITE
def test_a_link_works_once_for_its_address_and_for_a_week(
    app: Flask, page: LintingClient, dealer: Dealer, mailed: Kept
):
    save(page, dealer, NEW)
    deliver()
    link, reader = link_in(mailed), new_client(app)
    with time_machine.travel(clock.now() + confirmations.VALID_FOR + timedelta(minutes=1), tick=False):
        assert reader.post(link).status_code == 404
    assert reader.post(link[:-2]).status_code == 404
    assert reader.get("/alert-confirmations/made-up").status_code == 404
    assert reader.post(link).status_code == 200
    assert reader.post(link).status_code == reader.get(link).status_code == 404
    # Removed and added again, it must be confirmed again, by another link.
    save(page, dealer)
    save(page, dealer, NEW)
    assert recipients_of(dealer).confirmed == []
    assert reader.post(link).status_code == 404
    assert recipients_of(dealer).confirmed == []


@ON_SQLITE
def test_existing_recipients_need_not_confirm(page: LintingClient, dealer: Dealer, mailed: Kept):
    old = "old@prairie.example.com"
    db.session.add(AlertRecipients(dealer_id=dealer.id, recipients=[old], version=0))
    db.session.commit()
    assert recipients_of(dealer).confirmed == [old]
    save(page, dealer, old.upper(), NEW)
    deliver()
    assert mailed.recipients == [[NEW]]
    assert [one.casefold() for one in recipients_of(dealer).confirmed] == [old]
    nonce = recipients_of(dealer).unconfirmed
    save(page, dealer, NEW, old)
    assert recipients_of(dealer).unconfirmed == nonce


@ON_SQLITE
def test_a_link_is_sent_again_but_not_too_often(page: LintingClient, dealer: Dealer, mailed: Kept):
    save(page, dealer, NEW)
    assert again(page, dealer)[0] == 409
    for number in (1, 2):
        with time_machine.travel(clock.now() + number * timedelta(minutes=11), tick=False):
            assert again(page, dealer)[0] == 200
    with time_machine.travel(clock.now() + timedelta(minutes=40), tick=False):
        status, said = again(page, dealer)
        assert (status, "We sent 3 links to this address today" in said) == (409, True)
        # Nor by adding it again in another spelling.
        save(page, dealer)
        assert "No confirmation link sent to" in save(page, dealer, NEW.upper())
        assert again(page, dealer, "stranger@example.com")[0] == 409
    assert db.session.scalar(db.select(db.func.count()).select_from(AlertDelivery)) == 3


@ON_SQLITE
def test_another_dealer_cannot_flood_the_same_address(
    app: Flask, page: LintingClient, dealer: Dealer, mailed: Kept
):
    other = make_dealer("Lakeside")
    second = new_client(app).sign_in(make_user("parts@lakeside.example", other))
    save(page, dealer, NEW)
    assert "No confirmation link sent" in save(second, other, NEW)
    deliver()
    assert len(mailed.messages) == 1


@ON_SQLITE
def test_a_dealer_sends_no_more_than_twenty_links_a_day(page: LintingClient, dealer: Dealer, mailed: Kept):
    for batch in range(3):
        save(page, dealer, *(f"stranger{batch}-{number}@example.com" for number in range(10)))
    sent = db.select(db.func.count()).where(AlertDelivery.event == "confirmation")
    assert db.session.scalar(sent) == confirmations.OF_DEALER


@ON_SQLITE
def test_a_recipient_removed_concurrently_gets_no_link(page: LintingClient, dealer: Dealer, mailed: Kept):
    save(page, dealer, NEW)
    save(page, dealer)
    deliver()
    assert mailed.messages == []


@ON_SQLITE
def test_a_link_is_signed_with_the_current_key_and_accepted_with_a_former_one(
    app: Flask, page: LintingClient, dealer: Dealer, mailed: Kept
):
    save(page, dealer, NEW)
    deliver()
    former, app.config["SECRET_KEY"] = app.config["SECRET_KEY"], "another"
    assert new_client(app).get(link_in(mailed)).status_code == 404
    app.config["SECRET_KEY_FALLBACKS"] = [former]
    assert new_client(app).get(link_in(mailed)).status_code == 200


@ON_SQLITE
def test_without_an_address_of_its_own_the_page_says_why_no_link_is_sent(
    app: Flask, page: LintingClient, dealer: Dealer, mailed: Kept
):
    app.config["PUBLIC_URL"] = None
    recipients.save_recipients(recipients.locked(dealer), NEW)
    shown = page.get(f"/dealers/{dealer.id}/alerts").text
    assert "New addresses get no alerts until support sets it up" in shown
    assert "Send again" not in shown
