"""The Account page of everybody, and staff's pages of users."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask_security import hash_password

from tests.factories import PASSWORD, make_dealer, make_user
from tests.webapp.accounts.users import EMAIL, NEW, follow, noted, sign_in
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.accounts import sessions
from webapp.extensions import db
from webapp.models import AlertDelivery, Dealer, User
from webapp.settings.addresses import MailServer

pytestmark = ON_SQLITE


@pytest.fixture
def person(app: Flask, dealer: Dealer) -> User:
    return make_user("new@prairie.example", dealer, hash_password(PASSWORD))


def invite(client: LintingClient, **fields: str):
    return client.post("/invitations", data={"email": EMAIL, "role": "dealer", **fields})


def test_users_see_their_sessions_and_can_end_them(app: Flask, anonymous: LintingClient, person: User):
    sign_in(anonymous, email=person.email)
    elsewhere = app.test_client()
    sign_in(elsewhere, email=person.email, headers={"User-Agent": "Firefox/130.0 Windows"})
    page = anonymous.get("/account").text
    assert "Firefox on Windows" in page
    assert page.count("This session") == 1
    (ending,) = re.findall(r'action="(/account/sessions/\d+/ending)"', page)
    assert "Session ended." in anonymous.hx("POST", ending).text
    assert elsewhere.get("/account").status_code == 302
    assert anonymous.post(ending).status_code == 303
    assert "That session had already ended." in anonymous.get("/account").text
    assert [entry.after for entry in noted("user.sessions_ended")] == [{"sessions": 1}]


def test_a_user_can_sign_out_everywhere_else(app: Flask, anonymous: LintingClient, person: User):
    sign_in(app.test_client(), email=person.email)
    sign_in(anonymous, email=person.email)
    assert len(sessions.of(person)) == 2
    anonymous.post("/account/sessions/others/ending")
    assert len(sessions.of(person)) == 1
    assert anonymous.get("/account").status_code == 200


def test_a_user_cannot_end_the_sessions_of_another_user(client: LintingClient, person: User):
    number, _ = sessions.begin(person)
    db.session.commit()
    client.post(f"/account/sessions/{number}/ending")
    assert [row.id for row in sessions.of(person)] == [number]


def test_users_are_found_by_address_and_dealer(staff: LintingClient, person: User):
    make_user("else@lakeside.example", make_dealer("Lakeside 100%"))
    everybody = staff.get("/users").text
    for said in (
        "new@prairie.example",
        "Prairie Powersports",
        "else@lakeside.example",
        "support@example.com",
    ):
        assert said in everybody
    found = staff.get("/users?matching=100%25").text
    assert "else@lakeside.example" in found
    assert "new@prairie.example" not in found
    assert "No users match" in staff.get("/users?matching=nobody").text


def test_staff_get_the_invitation_link_where_no_email_is_sent(
    app: Flask, staff: LintingClient, dealer: Dealer
):
    invited = invite(staff, dealer=dealer.name.upper())
    assert invited.status_code == 303
    assert "Invited" in staff.get(invited.location).text
    page = staff.hx("POST", f"{invited.location}/link").text
    (link,) = re.findall(r"/reset/[^<\s]+", page)
    assert link not in staff.get(invited.location).text
    new_client = app.test_client()
    assert follow(new_client, link).location == "/login"
    assert sign_in(new_client, NEW).status_code == 302
    assert "Active" in staff.get(invited.location).text


def test_where_mail_is_set_up_the_link_is_sent_and_not_shown(
    app: Flask, staff: LintingClient, dealer: Dealer
):
    app.config["SMTP_URL"] = MailServer("mail.example.com", 25, "smtp")
    app.config["PUBLIC_URL"] = "https://sync.example.com"
    invited = invite(staff, dealer=str(dealer.id))
    assert "/reset/" not in staff.hx("POST", f"{invited.location}/link").text
    sent = db.session.scalars(db.select(AlertDelivery)).all()
    assert [(row.event, row.recipient) for row in sent] == [("invitation", EMAIL)] * 2


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"dealer": "Nowhere"}, "No dealer found"),
        ({"dealer": "99999999999999"}, "No dealer found"),
        ({"dealer": "Twice"}, "Choose one of these dealers"),
        ({"email": "nobody", "dealer": "Twice"}, "a valid email address"),
        ({"email": "support@example.com", "role": "staff"}, "is already a user"),
        ({"role": "owner"}, "Not a valid choice"),
    ],
)
def test_an_invitation_is_refused_at_its_field(staff: LintingClient, fields: dict[str, str], said: str):
    make_dealer("Twice")
    make_dealer("Twice")
    refused = invite(staff, **fields)
    assert refused.status_code == 422
    assert said in refused.text
    assert noted("user.invited") == []


def test_staff_end_sessions_and_deactivate_and_reactivate_users(
    anonymous: LintingClient, staff: LintingClient, person: User
):
    url = f"/users/{person.id}"
    sign_in(anonymous, email=person.email)
    assert "is signed out everywhere" in staff.hx("POST", f"{url}/sessions/ending").text
    assert anonymous.get("/account").status_code == 302
    assert "Deactivated" in staff.hx("POST", f"{url}/deactivation").text
    assert sign_in(anonymous, email=person.email).status_code == 422
    assert "Active" in staff.hx("POST", f"{url}/activation").text
    assert sign_in(anonymous, email=person.email).status_code == 302
    assert staff.hx("POST", f"{url}/second-factor/removal").status_code == 409


def test_users_cannot_deactivate_themselves(staff: LintingClient):
    me = db.session.scalars(db.select(User).where(User.email == "support@example.com")).one()
    assert staff.hx("POST", f"/users/{me.id}/deactivation").status_code == 409
    assert staff.get("/users").status_code == 200


@pytest.mark.parametrize("path", ["/users", "/users/1", "/invitations/new"])
def test_dealers_see_no_users(client: LintingClient, path: str):
    assert client.get(path).status_code == 403
