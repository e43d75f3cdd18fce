"""Webhooks are signed as Standard Webhooks says; the receiver here verifies them by itself."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta

import pytest
import time_machine
from pytest_httpserver import HTTPServer

from jobs.notifications import sender
from jobs.notifications.webhook import Webhook, post, standard_signature
from tests.factories import make_alert_recipients
from tests.webapp.alerts.evaluation import NOW
from tests.webapp.alerts.test_evaluate import cause
from tests.webapp.client import ON_SQLITE
from webapp import alerts
from webapp.alerts import Finding, webhook_secret
from webapp.core import clock
from webapp.extensions import db
from webapp.models import Dealer

# As 43 characters of base64 for URLs, which earlier versions made.
FORMER_SECRET = "3zZ-s8oYd2k_Vb1mQyq0fJ6rTtWc4nHxLgUeAaPpI7E"  # pragma: allowlist secret
HERE = frozenset({"127.0.0.1"})
BODY = '{"name": "Kühler"}'.encode()


@pytest.fixture
def receiver() -> Iterator[HTTPServer]:
    with HTTPServer() as server:
        yield server


def verified(headers: Mapping[str, str], body: bytes, secret: str, at: float) -> str:
    """The steps of a receiver, from the specification: return the message's id, or fail."""
    assert secret.startswith("whsec_")
    stamp = headers["webhook-timestamp"]
    assert abs(at - int(stamp)) < 300
    signed = b".".join((headers["webhook-id"].encode(), stamp.encode(), body))
    wanted = base64.b64encode(hmac.digest(base64.b64decode(secret[6:]), signed, hashlib.sha256)).decode()
    assert wanted in [each.split(",", 1)[1] for each in headers["webhook-signature"].split(" ")]
    return headers["webhook-id"]


def test_the_example_of_the_specification_is_signed_alike() -> None:
    signed = standard_signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",  # pragma: allowlist secret
        "msg_p5jXN8AQM9LWM0D4loKWxJek",  # pragma: allowlist secret
        "1614265330",
        b'{"test": 2432232314}',
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="  # pragma: allowlist secret


def test_a_new_secret_verifies_and_another_does_not(receiver: HTTPServer) -> None:
    receiver.expect_request("/in").respond_with_data("")
    secret = webhook_secret.new_secret()
    post(Webhook(f"http://127.0.0.1:{receiver.port}/in", secret), BODY, 41, HERE)
    headers = receiver.log[0][0].headers
    assert verified(headers, BODY, secret, time.time()) == "msg_41"
    for wrong in ((BODY + b" ", secret), (BODY, webhook_secret.new_secret())):
        with pytest.raises(AssertionError):
            verified(headers, *wrong, time.time())


@pytest.mark.parametrize("secret", [FORMER_SECRET, webhook_secret.new_secret()], ids=["former", "new"])
def test_the_headers_of_earlier_versions_are_still_sent(receiver: HTTPServer, secret: str) -> None:
    receiver.expect_request("/in").respond_with_data("")
    post(Webhook(f"http://127.0.0.1:{receiver.port}/in", secret), BODY, 7, HERE)
    headers = receiver.log[0][0].headers
    assert (headers["X-Alert-Delivery"], headers["webhook-id"]) == ("7", "msg_7")
    signed = headers["X-Alert-Timestamp"].encode() + b"." + BODY
    assert headers["X-Alert-Signature"] == f"sha256={hmac.new(secret.encode(), signed, 'sha256').hexdigest()}"


def test_a_secret_of_an_earlier_version_remains_valid(receiver: HTTPServer) -> None:
    receiver.expect_request("/in").respond_with_data("")
    post(Webhook(f"http://127.0.0.1:{receiver.port}/in", FORMER_SECRET), BODY, 1, HERE)
    as_documented = "whsec_" + base64.b64encode(FORMER_SECRET.encode()).decode()
    assert verified(receiver.log[0][0].headers, BODY, as_documented, time.time()) == "msg_1"


@ON_SQLITE
def test_a_retry_keeps_the_id_and_has_a_time_of_its_own(
    dealer: Dealer, mailed: object, receiver: HTTPServer
) -> None:
    receiver.expect_ordered_request("/in").respond_with_data("", 500)
    receiver.expect_ordered_request("/in").respond_with_data("")
    make_alert_recipients(dealer, webhook=f"http://127.0.0.1:{receiver.port}/in")
    alerts.evaluate_rules(NOW, [cause(Finding(dealer.id, "Oil."))])
    for minutes in (0, 2):
        with time_machine.travel(clock.now() + timedelta(minutes=minutes), tick=False):
            sender.deliver_due(lambda: False)
    db.session.rollback()
    first, second = (request for request, _ in receiver.log)
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.get_data() == second.get_data()
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) >= 120
