"""Webhooks, posted to real servers."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import trustme
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from jobs.notifications import webhook
from jobs.notifications.undeliverable import Undeliverable
from jobs.notifications.webhook import Webhook, post
from tests.jobs.notifications.receivers import certified
from webapp.core import egress

SECRET = "whsec-not-to-be-told"
BODY = json.dumps({"event": "test"}).encode()
HERE = frozenset({"127.0.0.1", "localhost"})


@pytest.fixture
def receiver() -> Iterator[HTTPServer]:
    with HTTPServer() as server:
        yield server


def hook(server: HTTPServer, path: str = "/in?token=t") -> Webhook:
    return Webhook(f"http://127.0.0.1:{server.port}{path}", SECRET)


def failure(one: Webhook, allowed: frozenset[str] = HERE) -> Undeliverable:
    with pytest.raises(Undeliverable) as failed:
        post(one, BODY, 1, allowed)
    chain = (failed.value, failed.value.__cause__, failed.value.__context__)
    assert SECRET not in repr(chain)
    assert "token" not in repr(chain)
    return failed.value


def test_a_request_is_signed_over_timestamp_and_body(receiver: HTTPServer) -> None:
    receiver.expect_oneshot_request("/in", "POST", query_string="token=t").respond_with_data("", 204)
    post(hook(receiver), BODY, 41, HERE)
    (request, _), *_ = receiver.log
    assert request.get_data() == BODY
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["X-Alert-Delivery"] == "41"
    stamp = request.headers["X-Alert-Timestamp"]
    assert abs(int(stamp) - time.time()) < 300
    wanted = hmac.new(SECRET.encode(), stamp.encode() + b"." + BODY, hashlib.sha256).hexdigest()
    assert request.headers["X-Alert-Signature"] == f"sha256={wanted}"
    assert SECRET not in str(request.headers)


@pytest.mark.parametrize("status", [400, 401, 404, 410, 429, 500, 503])
def test_any_other_response_is_a_transient_failure(receiver: HTTPServer, status: int) -> None:
    receiver.expect_request("/in").respond_with_data("secret reply", status)
    failed = failure(hook(receiver))
    assert (failed.sentence, failed.is_final) == (f"The webhook responded with status {status}.", False)


def test_a_redirect_is_not_followed(receiver: HTTPServer) -> None:
    elsewhere = {"Location": f"http://127.0.0.1:{receiver.port}/elsewhere"}
    receiver.expect_request("/in").respond_with_data("", 307, elsewhere)
    receiver.expect_request("/elsewhere").respond_with_data("")
    assert "redirect (status 307)" in failure(hook(receiver)).sentence
    assert [request.path for request, _ in receiver.log] == ["/in"]


def test_a_private_address_is_not_asked_unless_it_is_allowed(receiver: HTTPServer) -> None:
    for url in (f"http://127.0.0.1:{receiver.port}/in", f"https://127.0.0.1:{receiver.port}/in"):
        failed = failure(Webhook(url, SECRET), frozenset())
        assert failed.is_final
        assert failed.sentence.startswith("Nothing was sent to this webhook: it ")
    assert receiver.log == []


def test_a_name_that_resolves_to_a_private_address_is_refused(
    receiver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The resolver is the one thing that stands in here: no public name may be relied on."""

    def resolve(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", ("93.184.215.14", 443)), (0, 0, 0, "", ("127.0.0.1", receiver.port))]

    monkeypatch.setattr(egress.socket, "getaddrinfo", resolve)
    failed = failure(Webhook("https://rebound.example.com:8443/in", SECRET), frozenset())
    assert (failed.sentence, failed.is_final) == (webhook.PRIVATE, True)


@pytest.mark.parametrize("port", [22, 80, 6379, 8080, 444, 0])
def test_a_webhook_that_was_saved_with_another_port_says_why_nothing_is_sent(port: int) -> None:
    failed = failure(Webhook(f"https://hooks.example.com:{port}/in", SECRET), frozenset())
    assert failed.is_final
    assert failed.sentence == (
        "Nothing was sent to this webhook: it must use port 443 or 8443. Enter a different URL under Webhook."
    )


def test_a_name_that_does_not_resolve_is_retried_later() -> None:
    failed = failure(Webhook("https://no-such-name.invalid/in", SECRET), frozenset())
    assert (failed.sentence, failed.is_final) == (webhook.UNREACHABLE, False)


def test_a_port_without_a_listener_is_not_reached(port: int) -> None:
    assert failure(Webhook(f"http://127.0.0.1:{port}/in", SECRET)).sentence == webhook.UNREACHABLE


def test_over_https_the_certificate_is_that_of_the_name(trusted: trustme.CA) -> None:
    with HTTPServer(ssl_context=certified(trusted, "localhost")) as server:
        server.expect_request("/in").respond_with_data("")
        post(Webhook(f"https://localhost:{server.port}/in", SECRET), BODY, 1, HERE)
        assert len(server.log) == 1
        assert server.log[0][0].headers["Host"] == f"localhost:{server.port}"
        failed = failure(Webhook(f"https://127.0.0.1:{server.port}/in", SECRET))
    assert (failed.sentence, failed.is_final) == (webhook.INSECURE, False)


def test_an_untrusted_certificate_is_refused(authority: trustme.CA) -> None:
    with HTTPServer(ssl_context=certified(authority, "localhost")) as server:
        failed = failure(Webhook(f"https://localhost:{server.port}/in", SECRET))
    assert failed.sentence == webhook.INSECURE
    assert server.log == []


def test_a_slow_answer_is_not_waited_for(receiver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "TIMEOUT", webhook.urllib3.Timeout(connect=3, read=0.1))
    done = threading.Event()

    def slowly(_request: Request) -> Response:
        done.wait(5)
        return Response("")

    receiver.expect_request("/in").respond_with_handler(slowly)
    assert failure(hook(receiver)).sentence == webhook.TOO_SLOW
    done.set()


def test_a_response_that_drips_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "LONGEST", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:
        drips = threading.Thread(target=_drip, args=(server,), daemon=True)
        drips.start()
        port = server.getsockname()[1]
        assert failure(Webhook(f"http://127.0.0.1:{port}/in", SECRET)).sentence == webhook.TOO_SLOW


def _drip(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        try:
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            for _ in range(50):
                connection.sendall(b"X-Drip: 1\r\n")
                time.sleep(0.1)
        except OSError:
            pass
