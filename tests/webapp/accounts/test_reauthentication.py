"""The password is asked for before a sensitive change, and the input is kept."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask_security import hash_password

from tests.factories import PASSWORD, make_configuration, make_user
from tests.webapp.accounts.users import EMAIL
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.accounts import sessions
from webapp.extensions import db
from webapp.models import Configuration, Dealer, User

pytestmark = ON_SQLITE
OURS = {"Origin": "http://localhost"}


@pytest.fixture
def path(dealer: Dealer) -> str:
    make_configuration(dealer)
    return f"/dealers/{dealer.id}/lightspeed/credentials"


@pytest.fixture
def stale(anonymous: LintingClient, dealer: Dealer) -> LintingClient:
    """Signed in an hour ago."""
    anonymous.sign_in(make_user(EMAIL, dealer, hash_password(PASSWORD)))
    with anonymous.session_transaction() as session:
        session["fs_paa"] -= 3600
    return anonymous


def typed(username: str) -> dict[str, str]:
    return {"enabled": "y", "username": username, "password": "", "cmf": "76014846"}


def test_with_script_a_dialog_asks_and_the_form_stays(stale: LintingClient, path: str, dealer: Dealer):
    asked = stale.hx("POST", path, data=typed("other"))
    assert asked.status_code == 401
    assert (asked.headers["HX-Retarget"], asked.headers["HX-Reswap"]) == ("#dialog .frame", "innerHTML")
    assert 'hx-post="/verify"' in asked.text
    assert stale.hx("POST", "/verify", data={"password": "wrong horse"}).status_code == 422
    assert "save again" in stale.hx("POST", "/verify", data={"password": PASSWORD}).text
    assert stale.hx("POST", path, data=typed("other")).status_code == 200
    assert db.session.get_one(Configuration, dealer.id).username == "other"


def test_without_script_the_form_is_kept_on_a_page(stale: LintingClient, path: str, dealer: Dealer):
    kept = stale.post(path, data=typed("other"), headers=OURS)
    assert kept.status_code == 401
    assert "Confirm your password" in kept.text
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', kept.text))
    assert fields["username"] == "other"
    assert stale.post("/verify", data={"password": PASSWORD}).status_code == 302
    assert stale.post(path, data=fields, headers=OURS).status_code == 303
    assert db.session.get_one(Configuration, dealer.id).username == "other"


@pytest.mark.parametrize(
    "path",
    ["/alerts/webhook", "/alerts/webhook/secret", "/alerts/webhook/removal", "/lightspeed/credentials"],
)
def test_sensitive_changes_ask_for_the_password(stale: LintingClient, dealer: Dealer, path: str):
    assert stale.hx("POST", f"/dealers/{dealer.id}{path}").status_code == 401


@pytest.mark.parametrize("path", ["/tf-setup", "/mf-recovery-codes"])
def test_a_change_of_the_second_factor_asks_for_the_password(app: Flask, stale: LintingClient, path: str):
    user = db.session.scalars(db.select(User)).one()
    user.tf_primary_method = "authenticator"
    user.tf_totp_secret = app.extensions["security"].totp_factory.generate_totp_secret()
    db.session.commit()
    assert stale.hx("POST", path).headers["HX-Retarget"] == "#dialog .frame"
    asked = stale.get(path)
    assert asked.location == f"/verify?next={path}"
    assert stale.post(asked.location, data={"password": PASSWORD}).location == path
    assert stale.get(path).status_code == 200


def test_staff_are_asked_before_users_change(app: Flask, staff: LintingClient, dealer: Dealer):
    user = make_user(EMAIL, dealer)
    with staff.session_transaction() as session:
        session["fs_paa"] -= 3600
    changes = [f"/users/{user.id}/{one}" for one in ("link", "sessions/ending", "deactivation", "activation")]
    for path in (*changes, f"/users/{user.id}/second-factor/removal", "/invitations"):
        assert staff.hx("POST", path).status_code == 401, path


def test_ending_sessions_asks_with_script_and_without(app: Flask, stale: LintingClient, dealer: Dealer):
    person = db.session.scalars(db.select(User).where(User.email == EMAIL)).one()
    sessions.begin(person)
    other, _ = sessions.begin(person)
    db.session.commit()
    one, others = f"/account/sessions/{other}/ending", "/account/sessions/others/ending"
    assert stale.hx("POST", one).headers["HX-Retarget"] == "#dialog .frame"
    for path in (one, others):
        kept = stale.post(path, headers=OURS)
        assert kept.status_code == 401
        assert f'action="{path}"' in kept.text
    assert len(sessions.of(person)) == 3
    stale.post("/verify", data={"password": PASSWORD})
    assert "Session ended." in stale.hx("POST", one).text
    assert stale.post(others, headers=OURS).status_code == 303
    assert len(sessions.of(person)) == 1
