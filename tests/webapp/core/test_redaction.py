"""Secrets are recognized by their name or by their form."""

from __future__ import annotations

import pytest

from webapp.core.redaction import REDACTED, is_secret, redacted


@pytest.mark.parametrize(
    "name",
    [
        *("password", "sealed_password", "3PA Password", "username", "user_name", "SECRET_KEY", "api_key"),
        *("CREDENTIALS_KEYS", "METRICS_TOKEN", "csrf_token", "Authorization", "Cookie", "SENTRY_DSN"),
    ],
)
def test_a_secret_is_known_by_its_name(name: str) -> None:
    assert is_secret(name)
    assert redacted({name: "hunter2"}) == {name: REDACTED}


@pytest.mark.parametrize("name", ["run", "dealer", "code", "attempt", "code_key", "event", "user", "request"])
def test_values_that_are_not_secret_are_shown(name: str) -> None:
    assert redacted({name: "TR"}) == {name: "TR"}


def test_a_secret_is_found_at_any_depth() -> None:
    said = {"frames": [{"vars": {"password": "hunter2", "page": 3}}, ("x", {"token": "hunter2"})]}
    assert redacted(said) == {
        "frames": [{"vars": {"password": REDACTED, "page": 3}}, ["x", {"token": REDACTED}]]
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("postgresql://app:hunter2@db:5432/parts", f"postgresql://{REDACTED}@db:5432/parts"),
        ("redis://:hunter2@cache/0 is away", f"redis://{REDACTED}@cache/0 is away"),
        ("sent Authorization: Basic aHVudGVyMjpodW50ZXIy", f"sent Authorization: Basic {REDACTED}"),
        ("/alert-confirmations/WyJhIl0.token?x=1", f"/alert-confirmations/{REDACTED}?x=1"),
        ("https://int.example/lsapi/Part/4711", "https://int.example/lsapi/Part/4711"),
        ("12:30@noon a:b@c", "12:30@noon a:b@c"),
    ],
)
def test_a_login_is_known_by_what_it_looks_like(text: str, told: str) -> None:
    assert redacted(text) == told


def test_whether_a_secret_exists_may_be_shown() -> None:
    assert redacted({"password": None, "token": True}) == {"password": None, "token": True}


@pytest.mark.parametrize(
    "text", ["a" * 1_000_000, "a://" * 200_000, "a://" + ":" * 1_000_000, "Basic " + " " * 1_000_000]
)
def test_looking_for_a_login_takes_no_longer_than_reading(text: str) -> None:
    assert redacted(text) == text
