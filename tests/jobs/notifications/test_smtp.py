"""Email, through real mail servers."""

from __future__ import annotations

from email.headerregistry import Address

import pytest
import trustme

from jobs.notifications.smtp import SmtpClient, email_message
from jobs.notifications.undeliverable import Undeliverable
from tests.jobs.notifications.receivers import PASSWORD, Kept, certified, mail_server, with_login
from webapp.settings.addresses import MailServer

SENDER = Address("Parts Sync", addr_spec="alerts@example.com")
TO = "parts@prairie.example.com"
# The server is made to ask for a login on a connection that is secure from its first byte on.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")


def send(server: MailServer, *texts: str, to: str = TO) -> None:
    with SmtpClient(server) as client:
        for number, text in enumerate(texts or ("Hello.\n",)):
            client.send(email_message(SENDER, to, "Credentials refused", text, number))


@pytest.fixture
def plain(port: int) -> MailServer:
    return MailServer("127.0.0.1", port, "smtp")


def test_an_email_arrives_as_it_was_written(plain: MailServer) -> None:
    kept = Kept()
    long = "Größe: " + "x" * 2000 + " – done.\n.\n.. dots\n"
    with mail_server(kept, plain.port):
        send(plain, long)
    (message,) = kept.messages
    assert (message["From"], message["To"]) == ("Parts Sync <alerts@example.com>", TO)
    assert message.get_content().splitlines() == long.splitlines()
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"]
    assert kept.recipients == [[TO]]


@pytest.mark.parametrize("security", ["smtp+starttls", "smtps"])
def test_it_signs_in_over_a_secure_connection(port: int, trusted: trustme.CA, security: str) -> None:
    kept = Kept()
    with mail_server(kept, port, security, certified(trusted, "localhost", "127.0.0.1")):
        send(with_login(port, security))
    assert kept.subjects == ["Credentials refused"]


@pytest.mark.parametrize("security", ["smtp+starttls", "smtps"])
def test_a_server_with_another_name_gets_no_data(port: int, authority: trustme.CA, security: str) -> None:
    kept = Kept()
    with (
        mail_server(kept, port, security, certified(authority, "localhost", "127.0.0.1")),
        pytest.raises(Undeliverable, match="connect securely"),
    ):
        send(with_login(port, security))
    assert kept.messages == []


def test_a_refused_login_is_reported_without_the_login(port: int, trusted: trustme.CA) -> None:
    with (
        mail_server(Kept(), port, "smtp+starttls", certified(trusted, "localhost", "127.0.0.1")),
        pytest.raises(Undeliverable) as failed,
    ):
        send(with_login(port, "smtp+starttls", "wrong secret"))
    assert failed.value.sentence == "The mail server didn't accept our login."
    chain = (failed.value, failed.value.__cause__, failed.value.__context__)
    assert "wrong secret" not in repr(chain)
    assert PASSWORD not in repr(chain)


def test_a_server_without_tls_is_not_given_a_login(plain: MailServer) -> None:
    kept = Kept()
    with mail_server(kept, plain.port), pytest.raises(Undeliverable, match="connect securely"):
        send(with_login(plain.port, "smtp+starttls"))


@pytest.mark.parametrize(("answer", "is_final"), [("550 No such user", True), ("450 Mailbox busy", False)])
def test_an_address_is_abandoned_only_after_a_permanent_error(
    plain: MailServer, answer: str, is_final: bool
) -> None:
    kept = Kept(refuse={TO: answer})
    with mail_server(kept, plain.port), pytest.raises(Undeliverable) as failed:
        send(plain)
    assert failed.value.is_final is is_final
    assert answer[:3] in failed.value.sentence


def test_a_server_that_is_not_there_is_tried_again(plain: MailServer) -> None:
    with pytest.raises(Undeliverable) as failed:
        send(plain)
    assert (failed.value.sentence, failed.value.is_final) == ("We couldn't reach the mail server.", False)


def test_several_emails_share_a_connection_and_a_refused_one_stops_no_other(plain: MailServer) -> None:
    kept = Kept()
    with mail_server(kept, plain.port):
        send(plain, "One.\n", "Two.\n", "Three.\n")
        assert kept.connections == 1
        kept.busy.append("451 Later")
        with SmtpClient(plain) as client:
            with pytest.raises(Undeliverable, match="451"):
                client.send(email_message(SENDER, TO, "s", "Four.\n", 4))
            client.send(email_message(SENDER, TO, "s", "Four.\n", 4))
    assert len(kept.messages) == 4


def test_an_email_that_is_sent_again_has_the_same_message_id() -> None:
    first, again, other = (email_message(SENDER, TO, "s", "t", number) for number in (7, 7, 8))
    assert first["Message-ID"] == again["Message-ID"] != other["Message-ID"]


@pytest.mark.parametrize("name", ["Evil\r\nBcc: x@example.com", "Evil\nSubject: no", "a\x00b\x0bc\u2028d"])
def test_a_name_cannot_add_a_header(plain: MailServer, name: str) -> None:
    kept = Kept()
    with mail_server(kept, plain.port), SmtpClient(plain) as client:
        client.send(email_message(SENDER, TO, f"{name}: Credentials refused", "Text.\n", 1))
    (message,) = kept.messages
    assert set(message.keys()) >= {"From", "To", "Subject"}
    assert "Bcc" not in message
    assert len(message.get_all("Subject", [])) == 1
    assert str(message["Subject"]).endswith(": Credentials refused")


def test_no_email_is_made_for_an_address_with_a_header_in_it() -> None:
    with pytest.raises(ValueError):
        email_message(SENDER, "a@example.com\r\nBcc: x@example.com", "s", "t", 1)
