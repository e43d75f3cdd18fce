"""No transaction is open while a password is hashed, verified or estimated."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from tests.factories import PASSWORD
from tests.webapp.accounts.users import NEW, follow, set_up, sign_in
from tests.webapp.client import LintingClient
from webapp.accounts import emails, passwords
from webapp.extensions import db, end_reading
from webapp.models import User

SLOW = ("hash", "verify")


@pytest.fixture
def seen(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What took long, marked where a transaction was open."""
    found: list[str] = []

    def watched(name: str, work: Any) -> Any:
        def look(*args: Any, **kwargs: Any) -> Any:
            found.append(f"{name} in a transaction" if db.session.registry().in_transaction() else name)
            return work(*args, **kwargs)

        return look

    context = app.extensions["security"].pwd_context._context
    for name in SLOW:
        monkeypatch.setattr(context, name, watched(name, getattr(context, name)))
    monkeypatch.setattr(passwords, "zxcvbn", watched("estimate", passwords.zxcvbn))
    return found


def test_signing_in_and_changing_the_password(anonymous: LintingClient, person: User, seen: list[str]):
    assert sign_in(anonymous, email="nobody@prairie.example").status_code == 422
    assert sign_in(anonymous, "wrong horse").status_code == 422
    assert sign_in(anonymous).status_code == 302
    assert anonymous.post("/verify", data={"password": PASSWORD}).status_code == 302
    change = {"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW}
    assert anonymous.post("/change", data=change).status_code == 302
    assert seen == ["hash", "verify", "verify", "verify", "verify", "estimate", "hash"]


def test_following_a_link(anonymous: LintingClient, person: User, seen: list[str]):
    assert follow(anonymous, emails.link_for(person)).status_code == 302
    assert seen == ["estimate", "hash"]


def test_recovery_codes(anonymous: LintingClient, person: User, seen: list[str]):
    set_up(anonymous.sign_in(person), person)
    made = anonymous.post("/mf-recovery-codes", data={"generate_codes": "1"})
    codes = re.findall(r"\b[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}\b", made.text)
    assert len(codes) == 8
    anonymous.delete_cookie("session")
    assert sign_in(anonymous).status_code == 302
    assert anonymous.post("/mf-recovery", data={"code": "wrong"}).status_code == 422
    assert anonymous.post("/mf-recovery", data={"code": codes[1]}).status_code == 302
    assert set(seen) == set(SLOW)
    db.session.expire_all()
    assert len(person.mf_recovery_codes or []) == 7


def test_a_transaction_that_wrote_or_locked_is_not_ended(app: Flask, person: User):
    for hold in (
        lambda: db.session.execute(db.update(User).values(active=False)),
        lambda: db.session.scalar(db.select(User).with_for_update()),
        lambda: setattr(person, "active", False),
    ):
        hold()
        end_reading()
        assert db.session.registry().in_transaction()
        db.session.rollback()
    db.session.scalar(db.select(User))
    end_reading()
    assert not db.session.registry().in_transaction()
