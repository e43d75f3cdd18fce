"""Attempts are counted, and those of one client do not lock another user out."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask_security import hash_password
from redis import Redis
from sqlalchemy.orm import close_all_sessions

from tests.conftest import settings
from tests.factories import PASSWORD, make_user
from tests.webapp.accounts.users import EMAIL, NEW, follow, sign_in
from tests.webapp.client import HTMX, ON_SQLITE, LintingClient
from webapp.accounts import emails
from webapp.application import create_app
from webapp.core import clock
from webapp.extensions import db
from webapp.models import User

pytestmark = [ON_SQLITE, pytest.mark.slow]
ALLOWED = 10


@pytest.fixture
def stranger(app: Flask) -> LintingClient:
    app.test_client_class = LintingClient
    return app.test_client()


def from_address(address: str) -> dict[str, dict[str, str]]:
    return {"environ_base": {"REMOTE_ADDR": address}}


def use_up(client: LintingClient, address: str = "192.0.2.1", email: str = EMAIL) -> None:
    for _ in range(ALLOWED):
        assert sign_in(client, "wrong horse", email, **from_address(address)).status_code == 422


def test_after_ten_failures_even_the_right_password_waits(stranger: LintingClient, person: User):
    use_up(stranger)
    refused = sign_in(stranger, **from_address("192.0.2.2"))
    assert refused.status_code == 429
    seconds = int(refused.headers["Retry-After"])
    assert 13 * 60 < seconds <= 15 * 60 + 1
    assert "Wait 15 minutes" in refused.text
    with time_machine.travel(clock.now() + timedelta(seconds=seconds + 2), tick=False):
        assert sign_in(stranger, **from_address("192.0.2.2")).status_code == 302


def test_an_unknown_user_is_throttled_and_answered_like_a_known_one(stranger: LintingClient, person: User):
    use_up(stranger, email="nobody@prairie.example")
    use_up(stranger, email=EMAIL, address="192.0.2.9")
    unknown = sign_in(stranger, email="nobody@prairie.example", **from_address("192.0.2.3"))
    known = sign_in(stranger, email=EMAIL, **from_address("192.0.2.3"))
    assert unknown.status_code == known.status_code == 429
    said = [re.findall(r"<main.*?</main>", answer.text, re.S) for answer in (unknown, known)]
    assert said[0] == said[1] != []


def test_a_browser_that_signed_in_before_is_not_locked_out_by_others_attempts(
    anonymous: LintingClient, stranger: LintingClient, person: User
):
    assert sign_in(anonymous).status_code == 302
    anonymous.delete_cookie("session")
    # From the same office: the address is used up as well.
    for name in ("a", "b", "c"):
        use_up(stranger, "127.0.0.1", f"{name}@prairie.example")
    use_up(stranger)
    assert sign_in(stranger, **from_address("127.0.0.1")).status_code == 429
    assert sign_in(anonymous).status_code == 302


def test_its_own_failures_count(anonymous: LintingClient, person: User):
    sign_in(anonymous)
    anonymous.delete_cookie("session")
    use_up(anonymous)
    assert sign_in(anonymous).status_code == 429


def test_a_device_cookie_of_one_account_does_not_count_for_another(
    anonymous: LintingClient, stranger: LintingClient, person: User
):
    make_user("support@example.com", password=hash_password(PASSWORD))
    sign_in(stranger, email="support@example.com")
    stranger.delete_cookie("session")
    use_up(anonymous)
    assert sign_in(stranger).status_code == 429
    stranger.set_cookie("device", "WyJmb3JnZWQiXQ.forged")
    assert sign_in(stranger).status_code == 429


def test_a_password_link_works_while_others_try_to_sign_in(
    anonymous: LintingClient, stranger: LintingClient, person: User
):
    use_up(stranger)
    follow(anonymous, emails.link_for(person))
    assert sign_in(anonymous, NEW, **from_address("192.0.2.1")).status_code == 302


def test_an_address_has_its_limit_over_all_accounts(stranger: LintingClient, person: User):
    for number in range(3):
        use_up(stranger, "2001:db8::1", f"{number}@prairie.example")
    # A household has a whole network of them.
    assert sign_in(stranger, **from_address("2001:db8::2")).status_code == 429
    assert sign_in(stranger, **from_address("2001:db8:0:1::2")).status_code == 302


@pytest.mark.parametrize("form", ["192.0.2.9:{}", "::ffff:192.0.2.9", "[::ffff:192.0.2.9]:{}"])
def test_an_address_is_counted_as_one_however_a_proxy_writes_it(
    stranger: LintingClient, person: User, form: str
):
    for number in range(30):
        address = from_address(form.format(2000 + number))
        assert sign_in(stranger, "wrong horse", f"{number}@prairie.example", **address).status_code == 422
    assert sign_in(stranger, **from_address("192.0.2.9")).status_code == 429
    assert sign_in(stranger, **from_address("192.0.2.10")).status_code == 302


@pytest.mark.parametrize("written", ["203.0.113.5:{}", "::ffff:203.0.113.5"])
def test_a_forwarded_address_is_counted_as_one(database_url: str, tmp_path: Path, written: str):
    app = create_app(settings(database_url, tmp_path) | {"PROXY_HOPS": 1})
    with app.app_context():
        client = app.test_client()
        answers = [
            sign_in(
                client,
                "wrong horse",
                f"{number}@prairie.example",
                headers={"X-Forwarded-For": f"198.51.100.{number}, {written.format(3000 + number)}"},
            ).status_code
            for number in range(31)
        ]
        assert answers == [422] * 30 + [429]
        close_all_sessions()
        db.engine.dispose()


def test_successes_are_not_counted(stranger: LintingClient, person: User):
    for _ in range(9):
        assert sign_in(stranger, "wrong horse").status_code == 422
    for _ in range(ALLOWED + 2):
        assert sign_in(stranger).status_code == 302
        stranger.delete_cookie("session")
        stranger.delete_cookie("device")
    assert sign_in(stranger, "wrong horse").status_code == 422
    assert sign_in(stranger).status_code == 429


def test_a_refused_request_does_not_count_toward_other_limits(stranger: LintingClient, person: User):
    for name in ("a", "b", "c"):
        use_up(stranger, "192.0.2.1", f"{name}@prairie.example")
    # The address is used up: what comes from there is not tried, and costs the account nothing.
    for _ in range(ALLOWED):
        assert sign_in(stranger, "wrong horse", **from_address("192.0.2.1")).status_code == 429
    assert sign_in(stranger, **from_address("192.0.2.2")).status_code == 302


def test_json_counts_for_the_same_account_as_a_form(stranger: LintingClient, person: User):
    for _ in range(ALLOWED):
        tried = stranger.post("/login", json={"email": EMAIL, "password": "wrong horse"})
        assert tried.status_code == 422
    assert sign_in(stranger, **from_address("192.0.2.2")).status_code == 429


def test_the_password_cannot_be_guessed_with_a_stolen_session(anonymous: LintingClient, person: User):
    client = anonymous.sign_in(person)
    for path in ("/verify", "/change") * 5:
        assert client.post(path, data={"password": "wrong horse"}).status_code == 422
    refused = client.post("/verify", data={"password": "wrong horse"}, headers=HTMX)
    assert refused.status_code == 429
    assert refused.headers["HX-Reswap"] == "none"
    assert "Too many attempts" in refused.text


def test_every_change_of_a_password_counts(anonymous: LintingClient, person: User):
    client = anonymous.sign_in(person)
    refused = {"password": PASSWORD, "new_password": "password12", "new_password_confirm": "password12"}
    mistyped = {**refused, "new_password_confirm": "password13"}
    changed = {**refused, "new_password": NEW, "new_password_confirm": NEW}
    assert [client.post("/change", data=refused).status_code for _ in range(4)] == [422] * 4
    assert [client.post("/change", data=mistyped).status_code for _ in range(4)] == [422] * 4
    assert client.post("/change", data=changed).status_code == 302
    back = {"password": NEW, "new_password": PASSWORD, "new_password_confirm": PASSWORD}
    assert client.post("/change", data=back).status_code == 302
    # With a new session each time, and although the session's own limit counts only failures.
    assert client.post("/change", data=changed).status_code == 429


def test_links_that_are_followed_count(anonymous: LintingClient, person: User):
    short = {"password": "x", "password_confirm": "x"}
    link = emails.link_for(person)
    assert [anonymous.post(link, data=short).status_code for _ in range(20)] == [422] * 20
    assert anonymous.post(link, data=short).status_code == 429


def test_requests_for_links_are_limited(anonymous: LintingClient, person: User):
    for _ in range(5):
        assert anonymous.post("/reset", data={"email": EMAIL}).status_code in (200, 303)
    assert anonymous.post("/reset", data={"email": EMAIL}).status_code == 429
    assert anonymous.post("/reset", data={"email": "other@prairie.example"}).status_code != 429


def test_counts_survive_a_restart_and_go_on_while_redis_is_unavailable(
    redis_url: str, database_url: str, tmp_path: Path
):
    Redis.from_url(redis_url).flushdb()
    for counted, url in ((0, redis_url), (6, redis_url), (0, "redis://127.0.0.1:9/0")):
        app = create_app(settings(database_url, tmp_path) | {"REDIS_URL": url})
        with app.app_context():
            client = app.test_client()
            answers = [sign_in(client, "wrong horse").status_code for _ in range(6)]
            assert answers.count(422) == min(6, ALLOWED - counted)
            if url != redis_url:
                assert [sign_in(client, "wrong horse").status_code for _ in range(5)][-1] == 429
            close_all_sessions()
            db.engine.dispose()


def test_success_resets_the_count_in_redis_too(
    redis_url: str, database_url: str, tmp_path: Path, person: User
):
    Redis.from_url(redis_url).flushdb()
    app = create_app(settings(database_url, tmp_path) | {"REDIS_URL": redis_url})
    app.test_client_class = LintingClient
    with app.app_context():
        for _ in range(ALLOWED + 2):
            assert sign_in(app.test_client()).status_code == 302
        answers = [sign_in(app.test_client(), "wrong horse").status_code for _ in range(ALLOWED + 2)]
        assert answers == [422] * ALLOWED + [429] * 2
        close_all_sessions()
        db.engine.dispose()
