"""Codes of an authenticator app, and recovery codes."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask_security import hash_password

from tests.factories import PASSWORD, make_user
from tests.webapp.accounts.users import EMAIL, code_of, noted, set_up, sign_in
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.accounts import second_factor, user_admin
from webapp.extensions import db
from webapp.models import User

pytestmark = [ON_SQLITE, pytest.mark.slow]
STAFF = "support@example.com"


@pytest.fixture
def secured(anonymous: LintingClient, person: User) -> User:
    """Has a second factor, and is signed in nowhere."""
    sign_in(anonymous)
    set_up(anonymous, person)
    anonymous.delete_cookie("session")
    return person


def codes_made(client: LintingClient) -> list[str]:
    return re.findall(r"<li>([0-9a-f-]{14})</li>", client.post("/mf-recovery-codes").text)


def is_in(client: LintingClient) -> bool:
    return client.get("/account").status_code == 200


def test_the_code_is_asked_for_after_the_password(anonymous: LintingClient, secured: User):
    asked = sign_in(anonymous)
    assert asked.location == "/tf-validate"
    assert not is_in(anonymous)
    assert anonymous.post(asked.location, data={"code": "000000"}).status_code == 422
    code = code_of(secured, later=1)
    assert anonymous.post(asked.location, data={"code": code}).status_code == 302
    assert is_in(anonymous)


def test_sign_in_leads_to_the_requested_page(anonymous: LintingClient, secured: User):
    values = {"email": EMAIL, "password": PASSWORD, "next": "/account?x=1"}
    asked = anonymous.post("/login", data=values)
    answer = anonymous.post(asked.location, data={"code": code_of(secured, later=1)})
    assert answer.location == "/account?x=1"


def test_a_used_code_is_not_accepted_again(app: Flask, anonymous: LintingClient, secured: User):
    code = code_of(secured, later=1)
    answers = []
    for client in (anonymous, app.test_client()):
        sign_in(client)
        answers.append(client.post("/tf-validate", data={"code": code}).status_code)
    assert answers == [302, 422]


def test_setting_it_up_ends_the_sessions_that_began_without(
    app: Flask, anonymous: LintingClient, person: User
):
    elsewhere = app.test_client()
    sign_in(elsewhere)
    sign_in(anonymous)
    set_up(anonymous, person)
    assert is_in(anonymous)
    assert not is_in(elsewhere)


def test_its_secret_is_sealed_and_its_picture_is_our_own(anonymous: LintingClient, person: User):
    sign_in(anonymous)
    page = anonymous.post("/tf-setup", data={"setup": "authenticator"}).text
    key = re.search(r"<code[^>]*>([^<]+)</code>", page)
    assert key
    assert 'src="data:image/svg+xml;base64,' in page
    set_up(anonymous, person)
    assert person.tf_totp_secret is not None
    assert person.tf_totp_secret.startswith("gAAAA")
    (entry,) = noted("user.second_factor_set")
    assert key[1] not in str(entry.after)


def test_guessing_codes_is_throttled_and_a_new_password_resets_the_count(app: Flask, secured: User):
    thief = app.test_client()
    sign_in(thief)
    answers = [thief.post("/tf-validate", data={"code": "000000"}).status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]
    other = app.test_client()
    sign_in(other)
    assert other.post("/mf-recovery", data={"code": "0000-0000-0000"}).status_code == 429
    secured.fs_uniquifier = "as after a new password"
    db.session.commit()
    sign_in(other)
    assert other.post("/tf-validate", data={"code": code_of(secured, later=1)}).status_code == 302


def test_an_attacker_with_the_password_does_not_lock_the_user_out(
    app: Flask, anonymous: LintingClient, secured: User
):
    thief = app.test_client()
    sign_in(thief)
    for _ in range(6):
        thief.post("/tf-validate", data={"code": "000000"})
    sign_in(anonymous)
    assert anonymous.post("/tf-validate", data={"code": code_of(secured, later=1)}).status_code == 302


def test_a_recovery_code_works_once(app: Flask, anonymous: LintingClient, person: User):
    sign_in(anonymous)
    set_up(anonymous, person)
    codes = codes_made(anonymous)
    assert len(codes) == 8
    db.session.expire_all()
    assert all(kept.startswith("$argon2id$") for kept in person.mf_recovery_codes or [])
    assert codes[0] not in anonymous.get("/mf-recovery-codes?show_codes=1").text
    for client, status in ((app.test_client(), 302), (app.test_client(), 422)):
        sign_in(client)
        assert client.post("/mf-recovery", data={"code": f" {codes[3].upper()} "}).status_code == status
        assert is_in(client) == (status == 302)
    db.session.expire_all()
    assert len(person.mf_recovery_codes or []) == 7
    assert [entry.after for entry in noted("user.recovery_code_used")] == [{"codes_left": 7}]


def test_it_can_be_removed_with_its_recovery_codes(anonymous: LintingClient, person: User):
    sign_in(anonymous)
    set_up(anonymous, person)
    codes_made(anonymous)
    anonymous.post("/tf-setup", data={"setup": "disable"})
    db.session.expire_all()
    assert (person.has_second_factor, person.mf_recovery_codes) == (False, None)
    assert len(noted("user.second_factor_removed")) == 1


def test_staff_who_must_have_one_are_led_to_set_it_up_and_reach_nothing_else(
    app: Flask, anonymous: LintingClient
):
    user = make_user(STAFF, password=hash_password(PASSWORD))
    sign_in(anonymous, email=STAFF)
    assert anonymous.get("/dealers").status_code == 200
    app.config["REQUIRE_STAFF_2FA"] = True
    # Also who was signed in already.
    assert anonymous.get("/dealers").status_code == 302
    assert sign_in(anonymous, email=STAFF).location == "/tf-setup"
    assert "Staff must use two-step verification" in anonymous.get("/tf-setup").text
    assert anonymous.get("/dealers").status_code == 302
    page = anonymous.post("/tf-setup", data={"setup": "authenticator"})
    key = re.search(r"<code[^>]*>([^<]+)</code>", page.text)
    with anonymous.session_transaction() as session:
        sealed = session["tf_totp_secret"]
    assert key
    assert key[1].replace("-", "") not in sealed
    anonymous.post("/tf-validate", data={"code": code_of(user, sealed)})
    assert anonymous.get("/dealers").status_code == 200
    assert len(noted("user.second_factor_set")) == 1
    # It cannot be removed again by oneself.
    assert anonymous.post("/tf-setup", data={"setup": "disable"}).status_code == 422


def test_a_dealer_needs_none_where_staff_do(app: Flask, anonymous: LintingClient, person: User):
    app.config["REQUIRE_STAFF_2FA"] = True
    sign_in(anonymous)
    assert is_in(anonymous)


def test_a_lost_second_factor_can_be_removed_and_the_user_is_signed_out(
    anonymous: LintingClient, secured: User
):
    user_admin.remove_second_factor(secured)
    assert sign_in(anonymous).status_code == 302
    assert is_in(anonymous)
    with pytest.raises(user_admin.Refused):
        user_admin.remove_second_factor(secured)


def test_of_two_concurrent_uses_of_a_code_one_is_refused(app: Flask, secured: User):
    totp = app.extensions["security"].totp_factory
    read_before = secured.tf_last_counter
    taken = db.update(User).values(tf_last_counter=User.tf_last_counter + 5)
    db.session.execute(taken.execution_options(synchronize_session=False))
    assert secured.tf_last_counter == read_before
    assert not totp.verify_totp(code_of(secured, later=1), secured.tf_totp_secret, secured, 30)


def test_recovery_codes_are_neither_created_nor_shown_without_a_second_factor(
    anonymous: LintingClient, person: User
):
    sign_in(anonymous)
    answers = [
        anonymous.get("/mf-recovery-codes"),
        anonymous.get("/mf-recovery-codes?show_codes=1"),
        anonymous.post("/mf-recovery-codes"),
        anonymous.post("/mf-recovery-codes", data={"generate_new_codes": "1"}),
        anonymous.post("/mf-recovery-codes", json={}, headers={"Accept": "application/json"}),
        anonymous.get("/mf-recovery-codes", headers={"Accept": "application/json"}),
    ]
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, "/tf-setup")}
    assert "Set up two-step verification first" in anonymous.get("/tf-setup").text
    db.session.expire_all()
    assert person.mf_recovery_codes is None
    assert noted("user.recovery_codes_made") == []


def test_codes_from_before_the_second_factor_end_when_it_is_set_up(
    app: Flask, anonymous: LintingClient, person: User
):
    # As a database of an earlier version may hold it.
    person.mf_recovery_codes = [hash_password("0123-4567-89ab")]
    db.session.commit()
    sign_in(anonymous)
    set_up(anonymous, person)
    assert person.mf_recovery_codes is None
    thief = app.test_client()
    sign_in(thief)
    assert thief.post("/mf-recovery", data={"code": "0123-4567-89ab"}).status_code == 422
    assert not is_in(thief)


def test_a_new_second_factor_ends_the_codes_of_the_old_one_and_fresh_ones_work(
    app: Flask, anonymous: LintingClient, person: User
):
    sign_in(anonymous)
    set_up(anonymous, person)
    old = codes_made(anonymous)
    # As half a minute later.
    person.tf_last_counter = None
    db.session.commit()
    set_up(anonymous, person)
    thief, owner = app.test_client(), app.test_client()
    sign_in(thief)
    assert thief.post("/mf-recovery", json={"code": old[0]}).status_code == 422
    assert not is_in(thief)
    sign_in(owner)
    assert owner.post("/mf-recovery", json={"code": codes_made(anonymous)[0]}).status_code == 302
    assert is_in(owner)


def test_codes_without_a_second_factor_are_never_taken(app: Flask, anonymous: LintingClient, secured: User):
    sign_in(anonymous)
    secured.mf_recovery_codes = [hash_password("0123-4567-89ab")]
    secured.tf_totp_secret = secured.tf_primary_method = None
    db.session.commit()
    assert anonymous.post("/mf-recovery", data={"code": "0123-4567-89ab"}).status_code == 422
    assert not is_in(anonymous)


def test_codes_that_another_request_has_just_committed_are_removed_too(app: Flask, person: User):
    assert person.mf_recovery_codes is None
    kept = db.update(User).values(mf_recovery_codes=["a hash"])
    db.session.execute(kept.execution_options(synchronize_session=False))
    assert person.mf_recovery_codes is None
    second_factor.forget_recovery_codes(person)
    db.session.commit()
    assert db.session.scalar(db.select(User.mf_recovery_codes).where(User.id == person.id)) is None


def test_no_recovery_codes_are_created_for_a_factor_removed_concurrently(app: Flask, secured: User):
    assert secured.has_second_factor
    removed = db.update(User).values(tf_totp_secret=None, tf_primary_method=None)
    db.session.execute(removed.execution_options(synchronize_session=False))
    codes = app.extensions["security"].mf_recovery_codes_util
    with pytest.raises(second_factor.NoSecondFactor):
        codes.create_recovery_codes(secured)


def test_a_sign_in_that_began_before_the_second_factor_does_not_replace_it(
    app: Flask, anonymous: LintingClient
):
    user = make_user(STAFF, password=hash_password(PASSWORD))
    owner = anonymous.sign_in(user)
    app.config["REQUIRE_STAFF_2FA"] = True
    early, later = app.test_client(), app.test_client()
    for thief in (early, later):
        assert sign_in(thief, email=STAFF).location == "/tf-setup"
    later.post("/tf-setup", data={"setup": "authenticator"})
    with later.session_transaction() as session:
        sealed = session["tf_totp_secret"]
    app.config["REQUIRE_STAFF_2FA"] = False
    set_up(owner, user)
    app.config["REQUIRE_STAFF_2FA"] = True
    mine = user.tf_totp_secret
    assert early.post("/tf-setup", data={"setup": "authenticator"}).location == "/login"
    assert later.post("/tf-validate", data={"code": code_of(user, sealed)}).location == "/login"
    db.session.expire_all()
    assert user.tf_totp_secret == mine
    assert not is_in(early)
    assert not is_in(later)
