"""The login is sent only to public addresses, checked after name resolution, over verified TLS."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
import trustme
from pytest_httpserver import HTTPServer

from jobs.sources.lightspeed.errors import LightspeedError, error_for_fault
from jobs.sources.lightspeed.transport import Transport
from jobs.sources.source import Credentials
from tests.jobs.notifications.receivers import certified
from tests.jobs.sources.lightspeed.wire import Wire, ok, say
from webapp.core import egress

LOOK_UP = socket.getaddrinfo
LOGIN = Credentials("the-user", "the-password")


def ask(url: str, *allowed: str) -> bytes:
    return Transport(url, LOGIN, (5, 5), allowed).get("Part/1", (), lambda: None)


def refusal(url: str, *allowed: str) -> str:
    with pytest.raises(LightspeedError) as refused:
        ask(url, *allowed)
    return refused.value.sentence


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "[::ffff:127.0.0.1]"])
def test_this_machine_gets_no_login_unless_it_is_allowed(host: str) -> None:
    with Wire(say(ok(b"[]"))) as wire:
        url = wire.url.replace("127.0.0.1", host)
        assert refusal(url) == error_for_fault("forbidden").sentence
        assert (wire.requests, wire.connections) == ([], 0)
        assert ask(wire.url, "127.0.0.1") == b"[]"


def resolve(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Have a made-up name stand for each address in turn; the addresses that are left."""
    left = list(answers)

    def look_up(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host == "parts.example.com":
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (left.pop(0), port))]
        return LOOK_UP(host, port, *args, **kwargs)

    monkeypatch.setattr(egress.socket, "getaddrinfo", look_up)
    return left


def test_a_name_that_resolves_to_this_machine_gets_no_login(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve(monkeypatch, "127.0.0.1")
    with Wire(say(ok(b"[]"))) as wire:
        url = wire.url.replace("127.0.0.1", "parts.example.com")
        assert refusal(url) == error_for_fault("forbidden").sentence
        assert wire.connections == 0


def test_a_name_is_resolved_once_and_that_address_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second answer, to whoever looks again after the judgement, would be another address."""
    monkeypatch.setattr(egress, "is_public", lambda address: address == "127.0.0.1")
    left = resolve(monkeypatch, "127.0.0.1", "127.0.0.2")
    with Wire(say(ok(b"[]"))) as wire:
        assert ask(wire.url.replace("127.0.0.1", "parts.example.com")) == b"[]"
        assert b"Host: parts.example.com" in wire.requests[0]
    assert left == ["127.0.0.2"]


def test_no_variable_turns_verification_off_or_names_another_authority(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority = trustme.CA()
    bundle = tmp_path / "bundle.pem"
    authority.cert_pem.write_to_path(bundle)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(bundle))
    monkeypatch.setenv("PYTHONHTTPSVERIFY", "0")
    with HTTPServer(ssl_context=certified(authority, "localhost")) as server:
        sentence = refusal(f"https://localhost:{server.port}/lsapi", "localhost")
        assert sentence == error_for_fault("insecure").sentence
        assert server.log == []
