"""A password of any length, wherever one is typed, is refused like any other wrong one."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_security import hash_password

from tests.factories import PASSWORD, make_user
from tests.webapp.accounts.users import EMAIL
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.accounts.passwords import MOST_CHARACTERS
from webapp.models import Dealer, User

pytestmark = ON_SQLITE
# passlib raises an error for more than 4,096 characters. One compatibility character stands for up to 18.
LONG = ["x" * 5_000, "\ufdfa" * 300, PASSWORD + "x" * 5_000]


@pytest.fixture
def person(app: Flask, dealer: Dealer) -> User:
    return make_user(EMAIL, dealer, hash_password(PASSWORD))


@pytest.mark.parametrize("password", LONG)
@pytest.mark.parametrize("email", [EMAIL, "nobody@prairie.example"])
def test_nobody_signs_in_with_it(anonymous: LintingClient, person: User, email: str, password: str):
    response = anonymous.post("/login", data={"email": email, "password": password})
    assert response.status_code in {200, 422}
    assert anonymous.get("/").status_code == 302


@pytest.mark.parametrize("password", LONG)
def test_it_confirms_nothing(anonymous: LintingClient, person: User, password: str):
    anonymous.sign_in(person)
    assert anonymous.hx("POST", "/verify", data={"password": password}).status_code == 422


@pytest.mark.parametrize("password", LONG)
def test_it_is_no_new_password(anonymous: LintingClient, person: User, password: str):
    anonymous.sign_in(person)
    fields = {"password": PASSWORD, "new_password": password, "new_password_confirm": password}
    response = anonymous.hx("POST", "/change", data=fields)
    assert response.status_code == 422
    assert f"to {MOST_CHARACTERS} characters" in response.text


@pytest.mark.parametrize("password", LONG)
def test_it_is_no_current_password(anonymous: LintingClient, person: User, password: str):
    anonymous.sign_in(person)
    new = "tall horses eat clover"  # pragma: allowlist secret
    fields = {"password": password, "new_password": new, "new_password_confirm": new}
    assert anonymous.hx("POST", "/change", data=fields).status_code == 422
