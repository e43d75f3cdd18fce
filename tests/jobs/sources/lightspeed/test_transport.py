import base64
import gzip
import json
import socket
import ssl
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pytest_httpserver import HTTPServer

from jobs.sources.lightspeed.compression import inflated
from jobs.sources.lightspeed.errors import LightspeedError, error_for_fault, error_for_status
from jobs.sources.lightspeed.transport import Query, Transport, encoded
from jobs.sources.source import Credentials
from tests.jobs.sources.lightspeed.conftest import HERE
from tests.jobs.sources.lightspeed.wire import Wire, drip, hang_up_after, nothing, ok, reset, say

PAGE = b'[{"PartNumber": "A"}]'
OPTIONS = (("$filter", "SupplierCode eq 'R&D #1+2%'"), ("$top", "500"), ("$skip", "0"))


def asked(url: str, query: Query = OPTIONS, timeout: tuple[float, float] = (5, 5)) -> bytes:
    transport = Transport(url, Credentials("the-user", "pässwörd€"), timeout, HERE)
    return inflated(transport.get("Part/76014846", query, lambda: None))


def problem(url: str, timeout: tuple[float, float] = (5, 5)) -> LightspeedError:
    with pytest.raises(LightspeedError) as caught:
        asked(url, timeout=timeout)
    return caught.value


def test_the_request_is_as_the_protocol_wants_it():
    with Wire(say(ok(PAGE))) as wire:
        assert asked(wire.url) == PAGE
        head = wire.requests[0].decode()

    first, *lines = head.strip().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    login = base64.b64encode("the-user:pässwörd€".encode()).decode()
    code = "%27R%26D%20%231%2B2%25%27"
    assert first == f"GET /lsapi/Part/76014846?$filter=SupplierCode%20eq%20{code}&$top=500&$skip=0 HTTP/1.1"
    assert headers["Authorization"] == f"Basic {login}"
    assert headers["X-Accept-Encoding"] == "gzip"


def test_a_request_without_options_has_no_question_mark():
    with Wire(say(ok(PAGE))) as wire:
        asked(wire.url, query=())

        assert wire.requests[0].startswith(b"GET /lsapi/Part/76014846 HTTP/1.1\r\n")


def test_options_are_encoded_for_picky_servers():
    assert encoded((("$filter", "a eq 'b c'"), ("$top", "5"))) == "$filter=a%20eq%20%27b%20c%27&$top=5"


def test_the_connection_is_kept():
    with Wire(say(ok(PAGE))) as wire:
        transport = Transport(wire.url, Credentials("u", "p"), (5, 5), HERE)
        for _ in range(3):
            assert transport.get("Part/1", (), lambda: None) == PAGE

        assert (len(wire.requests), wire.connections) == (3, 1)


def test_environment_variables_have_no_effect(monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with Wire(say(ok(PAGE))) as wire:
        assert asked(wire.url) == PAGE

        assert base64.b64encode(b"other:other") not in wire.requests[0]


@pytest.mark.parametrize("address", ["", "example.test/lsapi", "ftp://example.test", "https://", "//x"])
def test_the_base_address_must_be_a_url(address):
    with pytest.raises(ValueError, match="address"):
        Transport(address, Credentials("u", "p"), (5, 5))


def test_it_inflates_what_is_announced():
    with Wire(say(ok(gzip.compress(PAGE), Content_Encoding="gzip"))) as wire:
        assert asked(wire.url) == PAGE


def test_it_inflates_what_is_not_announced():
    with Wire(say(ok(gzip.compress(PAGE)))) as wire:
        assert asked(wire.url) == PAGE


def test_it_reads_plain_text_that_claims_to_be_compressed():
    with Wire(say(ok(PAGE, Content_Encoding="gzip"))) as wire:
        assert asked(wire.url) == PAGE


def test_it_inflates_twice_and_in_pieces():
    pieces = gzip.compress(PAGE[:5]) + gzip.compress(PAGE[5:])

    assert inflated(gzip.compress(pieces)) == PAGE


@pytest.mark.parametrize("damage", [lambda body: body[:-4], lambda body: body[:15]])
def test_a_compressed_body_that_stops_is_an_error(damage):
    with Wire(say(ok(damage(gzip.compress(PAGE * 10))))) as wire:
        assert problem(wire.url).sentence == error_for_fault("truncated").sentence


def test_a_damaged_compressed_body_is_an_error():
    body = bytearray(gzip.compress(PAGE * 10))
    body[-8] ^= 0xFF  # the checksum
    with Wire(say(ok(bytes(body)))) as wire:
        assert problem(wire.url).sentence == error_for_fault("not_json").sentence


def test_a_small_body_that_inflates_without_end_is_an_error():
    bomb = gzip.compress(b"[" + b" " * (65 * 1024 * 1024), compresslevel=9)
    with Wire(say(ok(bomb))) as wire:
        assert problem(wire.url).sentence == error_for_fault("too_large").sentence


def test_a_body_without_end_is_an_error():
    megabyte = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    endless = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + megabyte * 66
    with Wire(say(endless)) as wire:
        assert problem(wire.url).sentence == error_for_fault("too_large").sentence


@pytest.mark.parametrize("status", [204, 301, 302, 400, 401, 403, 404, 408, 418, 429, 500, 502, 503, 504])
def test_every_other_status_is_an_error(status):
    answer = f"HTTP/1.1 {status} X\r\nLocation: /lsapi/Part/1\r\nContent-Length: 0\r\n\r\n".encode()
    with Wire(say(answer)) as wire:
        error = problem(wire.url)

        assert (error.status, error.sentence) == (status, error_for_status(status).sentence)
        assert len(wire.requests) == 1  # no redirect was followed, nothing was tried again


def test_an_error_says_when_to_come_back():
    with Wire(say(b"HTTP/1.1 429 X\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n")) as wire:
        assert problem(wire.url).retry_after == 7


def test_a_retry_after_date_is_measured_from_the_date_of_the_response():
    server_now = datetime.now(UTC) + timedelta(minutes=10)
    then = format_datetime(server_now + timedelta(seconds=12), usegmt=True)
    head = f"Date: {format_datetime(server_now, usegmt=True)}\r\nRetry-After: {then}\r\nContent-Length: 0"
    with Wire(say(f"HTTP/1.1 429 Too Many Requests\r\n{head}\r\n\r\n".encode())) as wire:
        assert problem(wire.url).retry_after == 12


CUT = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + PAGE
CUT_CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n15\r\n" + PAGE + b"\r\n"


@pytest.mark.parametrize(
    "act",
    [reset, hang_up_after(b""), hang_up_after(CUT), hang_up_after(CUT_CHUNKS), say(b"nonsense\r\n\r\n")],
    ids=["reset", "silent", "cut", "cut chunks", "nonsense"],
)
def test_a_connection_that_breaks_is_an_error(act):
    with Wire(act) as wire:
        error = problem(wire.url)

    assert (error.kind, error.sentence) == ("transient", error_for_fault("broken_off").sentence)


@pytest.mark.parametrize(
    "act",
    [
        nothing,
        say(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n" + PAGE),
        drip(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1000, 0.05),
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 1000, 0.05),
    ],
    ids=["no answer", "half an answer", "dripping headers", "dripping body"],
)
def test_a_service_that_takes_too_long_is_an_error(act):
    with Wire(act) as wire:
        error = problem(wire.url, timeout=(0.2, 0.2))

    assert (error.kind, error.sentence) == ("transient", error_for_fault("timed_out").sentence)


@pytest.mark.slow
@pytest.mark.parametrize("head", [b"X: ", b"Content-Length: 1000\r\n\r\n"], ids=["headers", "body"])
def test_a_byte_just_before_each_timeout_does_not_extend_the_request(head):
    with Wire(drip(b"x" * 100, 0.95, start=b"HTTP/1.1 200 OK\r\n" + head)) as wire:
        started = time.monotonic()
        error = problem(wire.url, timeout=(0.1, 1.0))

    assert error.sentence == error_for_fault("timed_out").sentence
    assert time.monotonic() - started < 2.5  # 0.1 + 2 * 1.0, and not until the next byte at 2.85


def test_a_port_without_a_listener_is_an_error():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound, without a listener
        error = problem(f"http://127.0.0.1:{held.getsockname()[1]}/lsapi")

    assert (error.kind, error.sentence) == ("transient", error_for_fault("unreachable").sentence)


def test_a_name_that_does_not_resolve_is_an_error():
    assert problem("http://no-such-host.invalid/lsapi").sentence == error_for_fault("unreachable").sentence


def test_an_untrusted_certificate_is_an_error(tmp_path):
    with HTTPServer(ssl_context=_self_signed(tmp_path)) as server:
        server.expect_request("/lsapi/Part/76014846").respond_with_data(json.dumps([]))
        error = problem(server.url_for("/lsapi"))

        assert (error.kind, error.sentence) == ("transient", error_for_fault("insecure").sentence)
        assert server.log == []


def _self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, today, today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
