"""Links that set a password: for who is invited, and for who forgot it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask, current_app

from jobs.notifications import account_emails
from jobs.notifications.undeliverable import NoLongerWanted
from tests.webapp.accounts.users import EMAIL, NEW, follow, noted, sign_in
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.accounts import emails, sessions, user_admin
from webapp.core import clock
from webapp.core.redaction import redacted
from webapp.extensions import db
from webapp.models import AlertDelivery, Dealer, User
from webapp.settings.addresses import MailServer

pytestmark = [ON_SQLITE, pytest.mark.slow]
CALM = "This link is no longer valid."


@pytest.fixture
def mail(app: Flask) -> None:
    app.config["SMTP_URL"] = MailServer("mail.example.com", 25, "smtp")
    app.config["PUBLIC_URL"] = "https://sync.example.com"


def path_for(user: User) -> str:
    return emails.link_for(user).removeprefix("https://sync.example.com")


def emails_to(address: str) -> list[AlertDelivery]:
    return list(db.session.scalars(db.select(AlertDelivery).where(AlertDelivery.recipient == address)))


def link_in(email: AlertDelivery) -> str:
    _, text = account_emails.compose(email)
    found = re.search(r"https://sync\.example\.com(/reset/\S+)", text)
    assert found
    return found[1]


def is_refused(client: LintingClient, link: str) -> bool:
    answer = client.get(link)
    return answer.location == "/reset" and CALM in client.get("/reset").text


def test_an_invited_user_sets_a_password_once(anonymous: LintingClient, dealer: Dealer):
    user = user_admin.invite("New@Prairie.Example", "dealer", dealer)
    assert (user.email, user.password_set_at) == ("new@prairie.example", None)
    link = user_admin.make_link(user)
    assert "new@prairie.example" in anonymous.get(link).text
    assert follow(anonymous, link).location == "/login"
    assert sign_in(anonymous, NEW, "new@prairie.example").status_code == 302
    anonymous.delete_cookie("session")
    assert is_refused(anonymous, link)
    assert [entry.subject for entry in noted("user.invited")] == ["new@prairie.example"]
    assert [entry.email for entry in noted("user.password_set")] == ["new@prairie.example"]


def test_another_invitation_ends_the_one_before(anonymous: LintingClient, dealer: Dealer):
    user = user_admin.invite("new@prairie.example", "dealer", dealer)
    first, second = user_admin.make_link(user), user_admin.make_link(user)
    assert is_refused(anonymous, first)
    assert anonymous.get(second).status_code == 200


def test_an_expired_or_made_up_link_shows_a_clear_message(anonymous: LintingClient, person: User):
    link = emails.link_for(person)
    with time_machine.travel(clock.now() + timedelta(hours=25), tick=False):
        assert is_refused(anonymous, link)
        assert follow(anonymous, link).location == "/reset"
    assert is_refused(anonymous, f"{link}x")
    assert is_refused(anonymous, "/reset/forged")


def test_a_reset_ends_every_session(app: Flask, anonymous: LintingClient, person: User, dealer: Dealer):
    sign_in(anonymous)
    other = app.test_client()
    assert follow(other, emails.link_for(person)).location == "/login"
    assert anonymous.get(f"/dealers/{dealer.id}").status_code == 302
    db.session.expire_all()
    assert sessions.of(person) == []


def test_a_weak_password_is_refused_at_its_field_and_the_link_stays(anonymous: LintingClient, person: User):
    link = emails.link_for(person)
    refused = follow(anonymous, link, "Password1234")
    assert refused.status_code == 422
    assert "found in many data breaches" in refused.text
    assert follow(anonymous, link).status_code == 302


def test_a_password_reset_request_leaves_the_same_row_and_response_for_every_address(
    mail: None, anonymous: LintingClient, person: User
):
    answers = [anonymous.post("/reset", data={"email": one}) for one in (EMAIL, "nobody@prairie.example")]
    assert {(one.status_code, one.location) for one in answers} == {(303, "/login")}
    assert anonymous.get("/login").text.count("If this address has an account") == 2
    (known,), (unknown,) = emails_to(EMAIL), emails_to("nobody@prairie.example")
    assert follow(anonymous, link_in(known)).location == "/login"
    with pytest.raises(NoLongerWanted):
        account_emails.compose(unknown)


def test_an_invalid_address_is_reported(mail: None, anonymous: LintingClient):
    for text in ("", "nobody", "a@b.example\r\nBcc: c@d.example"):
        assert anonymous.post("/reset", data={"email": text}).status_code == 422
    assert db.session.scalars(db.select(AlertDelivery)).all() == []


def test_without_email_the_page_says_how_to_get_a_link(anonymous: LintingClient, person: User):
    assert "Ask support" in anonymous.get("/reset").text
    assert "Ask support" in anonymous.post("/reset", data={"email": EMAIL}).text
    assert emails_to(EMAIL) == []


def test_a_deactivated_user_has_no_session_link_or_email(mail: None, anonymous: LintingClient, person: User):
    link = path_for(person)
    sessions.begin(person)
    user_admin.set_active(person, False)
    assert sessions.of(person) == []
    assert is_refused(anonymous, link)
    emails.queue_email("reset", EMAIL)
    db.session.commit()
    with pytest.raises(NoLongerWanted):
        account_emails.compose(emails_to(EMAIL)[0])
    with pytest.raises(user_admin.Refused):
        user_admin.make_link(person)
    user_admin.set_active(person, True)
    assert sign_in(anonymous).status_code == 302
    assert len(noted("user.deactivated")) == len(noted("user.activated")) == 1


def test_a_password_change_is_emailed_to_the_user(mail: None, anonymous: LintingClient, person: User):
    follow(anonymous, path_for(person))
    (email,) = emails_to(EMAIL)
    subject, text = account_emails.compose(email)
    assert "your password was changed" in subject
    assert "contact support" in text
    assert NEW not in text


def test_a_link_is_in_no_log(app: Flask, person: User):
    path = emails.link_for(person)
    assert redacted({"path": path, "url": f"https://x.example{path}?a=1"}) == {
        "path": "/reset/[redacted]",
        "url": "https://x.example/reset/[redacted]?a=1",
    }
    assert current_app.config["PASSWORD_LINK_HOURS"] == 24
