"""The settings of alerts: named when they are malformed, and never shown."""

from __future__ import annotations

import pytest

from tests.webapp.settings.test_config import read
from webapp.settings.addresses import MailServer
from webapp.settings.env import ConfigurationError

FROM = {"MAIL_FROM": "alerts@example.com"}


def test_without_settings_there_is_no_email() -> None:
    found = read()
    assert (found["SMTP_URL"], found["MAIL_FROM"], found["STAFF_ALERT_RECIPIENTS"]) == (None, None, ())


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.com", MailServer("mail.example.com", 25, "smtp")),
        ("smtp://mail.example.com:2525/", MailServer("mail.example.com", 2525, "smtp")),
        (
            "smtp+starttls://user%40example.com:p%3Ass@mail.example.com",
            MailServer("mail.example.com", 587, "smtp+starttls", "user@example.com", "p:ss"),
        ),
        ("smtps://u:p@[::1]", MailServer("::1", 465, "smtps", "u", "p")),
        ("smtp://u:p@127.0.0.1:25", MailServer("127.0.0.1", 25, "smtp", "u", "p")),
    ],
)
def test_the_mail_server_is_read_from_its_address(url: str, server: MailServer) -> None:
    assert read(SMTP_URL=url, **FROM)["SMTP_URL"] == server


def test_a_mail_server_does_not_show_its_password() -> None:
    assert "hunter2" not in repr(read(SMTP_URL="smtps://user:hunter2@mail.example.com", **FROM))


def test_lists_numbers_and_names_are_read() -> None:
    found = read(
        MAIL_FROM="Parts Sync <alerts@Example.com>",
        STAFF_ALERT_RECIPIENTS="a@example.com, b@example.com,a@example.com,",
        STAFF_DIGEST_HOUR="0",
        ALERT_ALLOWED_HOSTS="Hooks.Internal, 10.0.0.5",
        ALERT_UNMATCHED_RISE="0.25",
        ALERT_UNMATCHED_MINIMUM="50",
        PUBLIC_URL="https://sync.example.com/",
    )
    assert str(found["MAIL_FROM"]) == "Parts Sync <alerts@example.com>"
    assert found["STAFF_ALERT_RECIPIENTS"] == ("a@example.com", "b@example.com")
    assert found["STAFF_DIGEST_HOUR"] == 0
    assert found["ALERT_ALLOWED_HOSTS"] == {"hooks.internal", "10.0.0.5"}
    assert (found["ALERT_UNMATCHED_RISE"], found["ALERT_UNMATCHED_MINIMUM"]) == (0.25, 50)
    assert found["PUBLIC_URL"] == "https://sync.example.com"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("SMTP_URL", "mail.example.com:587"),
        ("SMTP_URL", "http://mail.example.com"),
        ("SMTP_URL", "smtp://mail.example.com:port"),
        ("SMTP_URL", "smtps://user@mail.example.com"),
        ("SMTP_URL", "smtp://user:secret@mail.example.com"),
        ("SMTP_URL", "smtps://user:secret@mail.example.com/path"),
        ("MAIL_FROM", "nobody"),
        ("MAIL_FROM", "a@example.com\nBcc: b@example.com"),
        ("STAFF_ALERT_RECIPIENTS", "a@example.com, nobody"),
        ("STAFF_DIGEST_HOUR", "24"),
        ("ALERT_ALLOWED_HOSTS", "https://hooks.internal"),
        ("ALERT_UNMATCHED_RISE", "0"),
        ("ALERT_UNMATCHED_RISE", "nan"),
        ("ALERT_UNMATCHED_RISE", "12%"),
        ("ALERT_UNMATCHED_MINIMUM", "0"),
        ("PUBLIC_URL", "sync.example.com"),
        ("PUBLIC_URL", "https://user:secret@sync.example.com"),
    ],
)
def test_a_malformed_variable_is_named_without_showing_its_value(name: str, text: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^{name} is malformed") as refused:
        read(**(FROM | {name: text}))
    assert "secret" not in str(refused.value)


def test_a_mail_server_needs_an_address_to_send_from() -> None:
    with pytest.raises(ConfigurationError, match=r"^MAIL_FROM is missing"):
        read(SMTP_URL="smtp://mail.example.com")
