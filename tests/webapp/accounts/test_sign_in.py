"""Sign-in, sign-out and the return to the requested page, with CSRF protection on."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask_security import hash_password, verify_password

from tests.factories import PASSWORD, make_configuration, make_user
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.extensions import db
from webapp.models import Dealer, User

pytestmark = ON_SQLITE


@pytest.fixture
def csrf_client(app: Flask, anonymous: LintingClient) -> LintingClient:
    app.config["WTF_CSRF_ENABLED"] = True
    return anonymous


@pytest.fixture
def person(app: Flask, dealer: Dealer) -> User:
    return make_user("parts@prairie.example", dealer, hash_password(PASSWORD))


def token(client: LintingClient, path: str = "/login") -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert found
    return found[1]


def sign_in(client: LintingClient, password: str = PASSWORD, **fields: str):
    values = {"email": "parts@prairie.example", "password": password, "csrf_token": token(client)}
    return client.post("/login", data=values | fields)


def test_the_right_password_leads_to_the_dealers_home(
    csrf_client: LintingClient, person: User, dealer: Dealer
):
    response = sign_in(csrf_client)
    assert response.status_code == 302
    home = csrf_client.get(response.location)
    assert home.location == f"/dealers/{dealer.id}"
    assert dealer.name in csrf_client.get(home.location).text


def test_staff_land_on_the_list_of_dealers(csrf_client: LintingClient, app: Flask):
    make_user("support@example.com", password=hash_password(PASSWORD))
    sign_in(csrf_client, email="support@example.com")
    assert csrf_client.get("/").location == "/dealers"


def test_sign_in_leads_to_the_requested_page(csrf_client: LintingClient, person: User, dealer: Dealer):
    asked = csrf_client.get(f"/dealers/{dealer.id}/runs?before=7")
    page = csrf_client.get(asked.location)
    assert "Please sign in to continue." in page.text
    wanted = re.search(r'name="next" value="([^"]+)"', page.text)
    assert wanted
    response = sign_in(csrf_client, next=wanted[1])
    assert response.location == f"/dealers/{dealer.id}/runs?before=7"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_another_host_is_not_a_redirect_target(csrf_client: LintingClient, person: User, elsewhere: str):
    response = sign_in(csrf_client, next=elsewhere)
    # A backslash that is escaped is part of a path; one that is not is a slash to a browser.
    assert not response.headers.get("Location", "").startswith(("https://evil", "//", "/\\"))


def test_a_wrong_password_and_an_unknown_user_get_the_same_message(csrf_client: LintingClient, person: User):
    wrong = sign_in(csrf_client, password="wrong horse")
    unknown = sign_in(csrf_client, email="nobody@prairie.example")
    assert wrong.status_code == unknown.status_code == 422
    said = re.findall(r"<li>.*?</li>", wrong.text, re.S)
    assert said
    assert said == re.findall(r"<li>.*?</li>", unknown.text, re.S)
    assert "wrong horse" not in wrong.text


def test_signing_in_without_a_token_is_refused(csrf_client: LintingClient, person: User):
    response = csrf_client.post("/login", data={"email": "parts@prairie.example", "password": PASSWORD})
    assert response.status_code == 400
    assert "out of date" in response.text


def test_signing_out_needs_a_token_and_ends_the_session(
    csrf_client: LintingClient, person: User, dealer: Dealer
):
    sign_in(csrf_client)
    assert csrf_client.post("/logout").status_code == 400
    assert csrf_client.get(f"/dealers/{dealer.id}").status_code == 200
    response = csrf_client.post("/logout", data={"csrf_token": token(csrf_client, f"/dealers/{dealer.id}")})
    assert response.location == "/login"
    assert csrf_client.get(f"/dealers/{dealer.id}").status_code == 302


def test_the_password_can_be_changed(csrf_client: LintingClient, person: User):
    sign_in(csrf_client)
    changed = {
        "password": PASSWORD,
        "new_password": "a new password",
        "new_password_confirm": "a new password",
    }
    response = csrf_client.post("/change", data=changed | {"csrf_token": token(csrf_client, "/change")})
    assert response.status_code == 302
    db.session.rollback()
    assert verify_password("a new password", person.password)


def test_a_short_new_password_is_reported_at_its_field(csrf_client: LintingClient, person: User):
    sign_in(csrf_client)
    changed = {"password": PASSWORD, "new_password": "short", "new_password_confirm": "short"}
    response = csrf_client.post("/change", data=changed | {"csrf_token": token(csrf_client, "/change")})
    assert response.status_code == 422
    assert 'href="#new_password"' in response.text
    assert 'value="short"' not in response.text


def test_a_form_without_a_token_is_refused_and_changes_nothing(
    csrf_client: LintingClient, person: User, dealer: Dealer
):
    make_configuration(dealer)
    sign_in(csrf_client)
    path = f"/dealers/{dealer.id}/lightspeed/settings"
    assert csrf_client.post(path, data={"quantity_column": "available"}).status_code == 400
    refused = csrf_client.hx("POST", path, data={"quantity_column": "available"})
    assert refused.status_code == 400
    # What was typed stays in the form.
    assert refused.headers["HX-Reswap"] == "none"
    assert make_configuration(dealer).quantity_column == "on_hand"


def test_a_form_whose_session_expired_continues_with_a_new_token(
    csrf_client: LintingClient, person: User, dealer: Dealer
):
    make_configuration(dealer)
    sign_in(csrf_client)
    path = f"/dealers/{dealer.id}/lightspeed/settings"
    values = {"quantity_column": "available", "csrf_token": token(csrf_client, f"/dealers/{dealer.id}")}
    csrf_client.delete_cookie("session")
    sign_in(csrf_client)
    refused = csrf_client.hx("POST", path, data=values)
    assert refused.status_code == 400
    assert "Nothing you typed was lost" in refused.text
    renewed = re.search(r'value="([^"]+)" hx-swap-oob="outerHTML:\[name=csrf_token\]"', refused.text)
    assert renewed
    assert csrf_client.hx("POST", path, data=values | {"csrf_token": renewed[1]}).status_code == 200


def test_htmx_sends_the_token_of_the_page_in_a_header(
    csrf_client: LintingClient, person: User, dealer: Dealer
):
    make_configuration(dealer)
    sign_in(csrf_client)
    page = csrf_client.get(f"/dealers/{dealer.id}/lightspeed")
    sent = re.search(r"hx-headers=\"{&#34;X-CSRFToken&#34;: &#34;([^&]+)&#34;}\"", page.text)
    assert sent
    path = f"/dealers/{dealer.id}/lightspeed/settings"
    values = {"quantity_column": "available"}
    assert csrf_client.hx("POST", path, data=values, headers={"X-CSRFToken": sent[1]}).status_code == 200


def test_a_poll_after_the_session_ended_shows_a_message_in_its_place(
    anonymous: LintingClient, dealer: Dealer
):
    response = anonymous.hx("GET", f"/dealers/{dealer.id}/lightspeed/connection")
    assert response.status_code == 401
    assert "Your session has ended" in response.text
    assert "hx-trigger" not in response.text


@pytest.mark.parametrize("csrf", [True, False])
def test_a_form_sent_after_the_session_ended_stays_unchanged(
    app: Flask, anonymous: LintingClient, dealer: Dealer, csrf: bool
):
    app.config["WTF_CSRF_ENABLED"] = csrf
    response = anonymous.hx("POST", f"/dealers/{dealer.id}/lightspeed/settings")
    assert response.status_code == 401
    assert response.headers["HX-Reswap"] == "none"
    assert "Your session has ended" in response.text
