"""Commands that manage users."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.factories import make_dealer
from tests.webapp.accounts.users import EMAIL, NEW, follow, sign_in
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.accounts import sessions
from webapp.extensions import db
from webapp.models import User

pytestmark = ON_SQLITE


@pytest.fixture
def client(app: Flask) -> LintingClient:
    app.test_client_class = LintingClient
    return app.test_client()


def person() -> User:
    db.session.expire_all()
    return db.session.scalars(db.select(User)).one()


def test_an_invitation_prints_a_link_that_sets_the_password(flask, app: Flask, client: LintingClient):
    app.config["PUBLIC_URL"] = "https://sync.example.com"
    dealer = make_dealer()
    done = flask("user", "invite", EMAIL.upper(), "--role", "dealer", "--dealer", dealer.id)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("https://sync.example.com/reset/")
    assert follow(client, done.stdout.strip().removeprefix("https://sync.example.com")).location == "/login"
    assert sign_in(client, NEW).status_code == 302


def test_without_its_own_address_the_program_says_what_to_put_before_a_link(flask):
    done = flask("user", "invite", EMAIL, "--role", "staff")
    assert done.stdout.startswith("/reset/")
    assert "PUBLIC_URL isn't set" in done.stderr
    assert flask("user", "link", EMAIL).stdout.startswith("/reset/")


def test_a_user_is_signed_out_deactivated_and_activated_again(flask):
    flask("user", "invite", EMAIL, "--role", "staff")
    sessions.begin(person())
    db.session.commit()
    assert flask("user", "end-sessions", EMAIL).stderr == f"1 sessions of {EMAIL} ended\n"
    assert flask("user", "deactivate", EMAIL).exit_code == 0
    assert not person().active
    assert "is deactivated" in flask("user", "link", EMAIL).error
    assert flask("user", "activate", EMAIL).exit_code == 0
    assert person().active
    assert flask("user", "remove-second-factor", EMAIL).error == f"{EMAIL} has no two-step verification"
