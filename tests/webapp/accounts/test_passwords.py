"""Which passwords are refused, and why."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_security import hash_password

from tests.webapp.client import ON_SQLITE
from webapp.accounts import passwords
from webapp.accounts.passwords import refusal
from webapp.settings import account_settings

pytestmark = ON_SQLITE


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short one", "10 to 128 characters"),
        ("x" * 129, "10 to 128"),
        ("Password1234", "found in many data breaches"),
        ("P4ssw0rd!!", "found in many data breaches"),
        ("qwertyuiop1", "found in many data breaches"),
        ("aaaaaaaaaaaaaaaaaaaa", "repeats"),
        ("Lakeside1990", "your email address"),
        ("lightspeed12", "this program's name"),
    ],
)
def test_a_trivial_password_is_refused_with_the_reason(app: Flask, password: str, reason: str):
    said = refusal(password, ("parts@lakeside.example",))
    assert said is not None
    assert reason in said
    assert password not in said


def test_the_estimate_sees_32_characters_and_the_length_counts_in_full(
    app: Flask, monkeypatch: pytest.MonkeyPatch
):
    seen: list[str] = []
    estimate = passwords.zxcvbn
    monkeypatch.setattr(
        passwords, "zxcvbn", lambda text, **about: seen.append(text) or estimate(text, **about)
    )
    long = "ö" + "ab7-" * 31
    assert refusal(long) is None
    assert "10 to 128" in (refusal(long + "ab7-") or "")
    assert seen == [long[:32]]


@pytest.mark.parametrize(
    "password", ["ride-safe-2026", "correct horse battery", "ö" + "ab7-" * 31, "  x  t9 qz  "]
)
def test_any_other_password_is_accepted_whatever_its_characters(app: Flask, password: str):
    assert refusal(password) is None


def test_argon2id_costs_no_less_than_owasp_asks_for(app: Flask):
    asked = account_settings.ARGON2
    assert (asked["argon2__type"], asked["argon2__parallelism"]) == ("ID", 1)
    assert asked["argon2__memory_cost"] >= 19 * 1024
    assert asked["argon2__rounds"] >= 2
    assert hash_password("ride-safe-2026").startswith("$argon2id$")
