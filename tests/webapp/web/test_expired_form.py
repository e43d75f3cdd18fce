"""A form whose session expired, sent without script, is kept to be sent again."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask

from tests.factories import make_configuration
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.extensions import db
from webapp.models import Configuration, Dealer, User

pytestmark = ON_SQLITE
OURS = {"Origin": "http://localhost"}
TYPED = {"quantity_column": "available", "disabled_on": ["Sunday", "Monday"]}


@pytest.fixture(autouse=True)
def with_tokens(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture
def path(dealer: Dealer) -> str:
    make_configuration(dealer)
    return f"/dealers/{dealer.id}/lightspeed/settings"


def fields(page: str) -> list[tuple[str, str]]:
    """The names and values of the form that is to be sent once more."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return [(name, html.unescape(value)) for name, value in found]


def test_the_input_is_saved_after_signing_in_again(
    anonymous: LintingClient, path: str, dealer: Dealer, user: User
):
    late = anonymous.post(path, data=TYPED, headers=OURS)
    assert late.status_code == 401
    assert "Your session has ended" in late.text
    kept = fields(late.text)
    assert [field for field in kept if field[0] != "csrf_token"] == [
        ("quantity_column", "available"),
        ("disabled_on", "Sunday"),
        ("disabled_on", "Monday"),
    ]
    anonymous.sign_in(user)
    sent = {name: [value for key, value in kept if key == name] for name, _ in kept}
    assert anonymous.post(path, data=sent, headers=OURS).status_code == 303
    assert db.session.get_one(Configuration, dealer.id).disabled_on == ["Monday", "Sunday"]


def test_a_token_of_the_session_before_is_replaced(client: LintingClient, path: str):
    late = client.post(path, data=TYPED | {"csrf_token": "an older one"}, headers=OURS)
    assert late.status_code == 400
    assert "You signed in again" in late.text
    assert ("csrf_token", "an older one") not in fields(late.text)


def test_a_password_is_not_sent_back(anonymous: LintingClient, path: str):
    typed = {"username": "me", "password": "hunter2"}
    late = anonymous.post(path.replace("settings", "credentials"), data=typed, headers=OURS)
    assert "hunter2" not in late.text
    assert "Passwords and files aren’t kept" in late.text


@pytest.mark.parametrize("origin", [None, "null", "http://elsewhere.example"])
def test_input_from_another_site_is_not_kept(client: LintingClient, path: str, origin: str | None):
    refused = client.post(path, data=TYPED, headers={"Origin": origin} if origin else {})
    assert refused.status_code == 400
    assert "available" not in refused.text


def test_the_sign_in_form_is_not_kept(anonymous: LintingClient):
    refused = anonymous.post("/login", data={"email": "me@example.com"}, headers=OURS)
    assert "me@example.com" not in refused.text
