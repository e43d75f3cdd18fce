"""Sessions are rows that end on the server, whatever a cookie says."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask_security import hash_password
from sqlalchemy import event

from tests.factories import PASSWORD, make_user
from tests.webapp.accounts.test_sign_in import token
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.accounts import sessions
from webapp.core import clock
from webapp.extensions import db
from webapp.models import Dealer, User, UserSession

SIGN_IN = {"email": "parts@prairie.example", "password": PASSWORD}
FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"}


@pytest.fixture
def person(app: Flask, dealer: Dealer) -> User:
    return make_user(SIGN_IN["email"], dealer, hash_password(PASSWORD))


def is_signed_in(client: LintingClient, path: str) -> bool:
    return client.get(path).status_code == 200


@pytest.fixture
def path(dealer: Dealer) -> str:
    return f"/dealers/{dealer.id}"


@ON_SQLITE
def test_signing_in_adds_a_row_and_signing_out_ends_it(
    app: Flask, anonymous: LintingClient, person: User, path: str
):
    anonymous.post("/login", data=SIGN_IN, headers=FIREFOX)
    (row,) = sessions.of(person)
    assert (row.browser, row.address, row.is_kept) == ("Firefox on Linux", "127.0.0.1", False)
    with anonymous.session_transaction() as session:
        stolen = dict(session)
    assert stolen["sign_in"] not in row.secret_hash
    app.config["WTF_CSRF_ENABLED"] = True
    anonymous.post("/logout", data={"csrf_token": token(anonymous, path)})
    assert sessions.of(person) == []
    with anonymous.session_transaction() as session:
        session.update(stolen)
    assert not is_signed_in(anonymous, path)


@ON_SQLITE
@pytest.mark.parametrize("kept", [True, False])
def test_a_session_is_kept_in_the_browser_only_where_the_person_wants_it(
    anonymous: LintingClient, person: User, kept: bool
):
    answer = anonymous.post("/login", data=SIGN_IN | ({"remember": "y"} if kept else {}))
    assert sessions.of(person)[0].is_kept == kept
    cookies = answer.headers.getlist("Set-Cookie")
    (session,) = (cookie for cookie in cookies if "session=" in cookie)
    assert ("Expires=" in session) == kept
    # Flask-Login's own cookie would sign in past every check.
    assert not any("remember_token=" in cookie for cookie in cookies)


def test_sessions_end_by_themselves_when_idle_and_in_the_end(app: Flask, dealer: Dealer):
    user = make_user("parts@prairie.example", dealer)
    _, secret = sessions.begin(user)
    db.session.commit()
    begun = clock.now()
    idle = timedelta(hours=app.config["SESSION_IDLE_HOURS"])
    with time_machine.travel(begun + idle - timedelta(hours=1), tick=False):
        row = sessions.current(secret, user.fs_uniquifier)
        assert row is not None
        number, before = row.id, row.last_seen_at
        db.session.rollback()
        sessions.note_seen(number, before)
    with time_machine.travel(begun + idle + timedelta(hours=1), tick=False):
        assert sessions.current(secret, user.fs_uniquifier) is not None
    with time_machine.travel(begun + 2 * idle, tick=False):
        assert sessions.current(secret, user.fs_uniquifier) is None
    seen = db.session.get_one(UserSession, number)
    seen.last_seen_at = begun + timedelta(days=14, minutes=-1)
    db.session.commit()
    with time_machine.travel(begun + timedelta(days=14, minutes=-1), tick=False):
        assert sessions.current(secret, user.fs_uniquifier) is not None
    with time_machine.travel(begun + timedelta(days=14, minutes=1), tick=False):
        assert sessions.current(secret, user.fs_uniquifier) is None


@ON_SQLITE
def test_session_use_is_recorded_once_a_minute_without_delaying_pages(
    client: LintingClient, path: str, user: User
):
    (row,) = sessions.of(user)
    number, begun = row.id, row.last_seen_at
    db.session.rollback()
    assert is_signed_in(client, path)
    assert db.session.get_one(UserSession, number, populate_existing=True).last_seen_at == begun
    db.session.rollback()
    with time_machine.travel(begun + timedelta(minutes=2), tick=False):
        with db.engine.connect() as other, other.begin():
            assert is_signed_in(client, path)
        assert db.session.get_one(UserSession, number, populate_existing=True).last_seen_at == begun
        assert is_signed_in(client, path)
        row = db.session.get_one(UserSession, number, populate_existing=True)
        assert row.last_seen_at == begun + timedelta(minutes=2)


@ON_SQLITE
def test_a_new_password_and_a_deactivation_end_every_session(app: Flask, dealer: Dealer):
    user = make_user("parts@prairie.example", dealer)
    _, secret = sessions.begin(user)
    db.session.commit()
    assert sessions.current(secret, "an older password's") is None
    user.active = False
    db.session.commit()
    assert sessions.current(secret, user.fs_uniquifier) is None


@ON_SQLITE
def test_one_query_finds_session_person_and_dealer(app: Flask, dealer: Dealer):
    user = make_user("parts@prairie.example", dealer)
    _, secret = sessions.begin(user)
    identity = user.fs_uniquifier
    db.session.commit()
    db.session.expunge_all()
    asked: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", count)
    row = sessions.current(secret, identity)
    assert row is not None
    assert row.user.dealer is not None
    assert row.user.dealer.name == "Prairie Powersports"
    event.remove(db.engine, "before_cursor_execute", count)
    assert len([one for one in asked if one.lstrip().startswith("SELECT")]) == 1


@ON_SQLITE
def test_changing_the_password_leaves_this_session_alone(anonymous: LintingClient, person: User, path: str):
    sessions.begin(person)
    db.session.commit()
    anonymous.post("/login", data=SIGN_IN | {"remember": "y"})
    new = {"new_password": "ride-safe-2026", "new_password_confirm": "ride-safe-2026"}
    assert anonymous.post("/change", data={"password": PASSWORD, **new}).status_code == 302
    (left,) = sessions.of(person)
    assert left.is_kept
    assert is_signed_in(anonymous, path)


@ON_SQLITE
def test_sign_ins_and_failures_are_logged_without_the_input(
    anonymous: LintingClient, person: User, capsys: pytest.CaptureFixture[str]
):
    capsys.readouterr()
    anonymous.post("/login", data=SIGN_IN | {"password": "wrong horse"})
    anonymous.post("/login", data=SIGN_IN)
    logged = capsys.readouterr().err
    assert '"event": "sign_in.failed"' in logged
    assert '"event": "sign_in.started"' in logged
    assert "horse" not in logged
