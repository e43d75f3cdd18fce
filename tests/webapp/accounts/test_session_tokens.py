"""Reauthentication renews the token of a session, which stays the same session."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.factories import PASSWORD
from tests.webapp.accounts.users import EMAIL, set_up
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.accounts import sessions
from webapp.models import User, UserSession

pytestmark = ON_SQLITE


@pytest.fixture
def here(anonymous: LintingClient, person: User) -> LintingClient:
    anonymous.post("/login", data={"email": EMAIL, "password": PASSWORD, "remember": "y"})
    return anonymous


@pytest.fixture
def stolen(app: Flask, here: LintingClient) -> LintingClient:
    """Another browser with what this one's cookie was."""
    app.test_client_class = LintingClient
    thief = app.test_client()
    cookie = here.get_cookie("session")
    assert cookie
    thief.set_cookie("session", cookie.value)
    assert thief.get("/account").status_code == 200
    return thief


def listed(person: User) -> list[tuple[object, ...]]:
    def shown(row: UserSession) -> tuple[object, ...]:
        return row.id, row.browser, row.address, row.created_at, row.is_kept

    return [shown(row) for row in sessions.of(person)]


@pytest.mark.parametrize("by_htmx", [False, True])
def test_reauthentication_renews_the_token(
    here: LintingClient, stolen: LintingClient, person: User, by_htmx: bool
):
    before = listed(person)
    headers = {"HX-Request": "true"} if by_htmx else {}
    here.post("/verify", data={"password": PASSWORD}, headers=headers)
    assert here.get("/account").status_code == 200
    assert listed(person) == before
    assert stolen.get("/account").status_code == 302


def test_a_new_second_factor_renews_the_token(here: LintingClient, stolen: LintingClient, person: User):
    before = listed(person)
    set_up(here, person)
    assert here.get("/account").status_code == 200
    assert listed(person) == before
    assert stolen.get("/account").status_code == 302


def test_a_wrong_password_renews_nothing(here: LintingClient, stolen: LintingClient):
    assert here.post("/verify", data={"password": "wrong horse"}).status_code == 422
    assert here.get("/account").status_code == stolen.get("/account").status_code == 200


def test_a_concurrent_response_does_not_restore_the_old_session(here: LintingClient, stolen: LintingClient):
    assert "Set-Cookie" not in stolen.hx("GET", "/account").headers
    here.post("/verify", data={"password": PASSWORD})
    late = stolen.hx("GET", "/account")
    assert late.status_code == 401
    assert "Set-Cookie" not in late.headers
