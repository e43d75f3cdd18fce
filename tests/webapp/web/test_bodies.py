"""A body is read once, within the limits of its route, and a refusal is an ordinary response."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import close_all_sessions
from werkzeug.test import TestResponse

from tests.conftest import settings
from tests.factories import make_dealer, make_user
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp import supplier_codes
from webapp.application import create_app
from webapp.extensions import db
from webapp.models import Dealer
from webapp.supplier_codes.new_codes_form import MOST_ROWS, prefix_of
from webapp.web.security_headers import HEADERS

pytestmark = [ON_SQLITE, pytest.mark.slow]
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=frame"
LIMIT, FIELDS = 64 * 1024, 100


class Unread(io.BytesIO):
    """A body that must not be read."""

    def read(self, *_: Any) -> bytes:
        raise AssertionError("the body was read")

    readline = readinto = read  # type: ignore[assignment]


def fields(count: int) -> str:
    return "&".join(f"field{number}=x" for number in range(count))


def parts(count: int) -> bytes:
    part = '--frame\r\nContent-Disposition: form-data; name="field{}"\r\n\r\nx\r\n'
    return "".join(part.format(number) for number in range(count)).encode() + b"--frame--\r\n"


def unread(client: LintingClient, path: str, length: int, kind: str = URLENCODED) -> TestResponse:
    """Post a body of that length, which fails the test if anything reads it."""
    about = {"wsgi.input": Unread(), "CONTENT_LENGTH": str(length)}
    return client.post(path, content_type=kind, environ_overrides=about)


def chunked(client: LintingClient, path: str, body: bytes) -> TestResponse:
    """Post a body that does not announce its length, as gunicorn hands it on."""
    about = {
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
        "HTTP_TRANSFER_ENCODING": "chunked",
    }
    return client.post(path, content_type=URLENCODED, environ_overrides=about)


@pytest.mark.parametrize("path", ["/login", "/reset", "/verify", "/tf-validate", "/mf-recovery"])
def test_a_large_form_of_an_anonymous_client_is_refused_unread(anonymous: LintingClient, path: str):
    assert unread(anonymous, path, LIMIT + 1).status_code == 413
    assert unread(anonymous, path, 3_000_000, MULTIPART).status_code == 413


def test_a_form_without_a_length_has_the_same_limit(anonymous: LintingClient):
    assert chunked(anonymous, "/login", b"email=" + b"x" * (LIMIT - 7)).status_code == 422
    assert chunked(anonymous, "/login", b"email=" + b"x" * LIMIT).status_code == 413


@pytest.mark.parametrize(("made", "kind"), [(fields, URLENCODED), (parts, MULTIPART)])
def test_the_fields_of_a_form_are_counted(anonymous: LintingClient, made: Any, kind: str):
    assert anonymous.post("/login", data=made(FIELDS), content_type=kind).status_code == 422
    assert anonymous.post("/login", data=made(FIELDS + 1), content_type=kind).status_code == 413


def test_every_row_of_new_supplier_codes_may_be_sent(client: LintingClient, dealer: Dealer):
    names = ("was", "catalog", "supplier_code", "manufacturer", "lead_time_days", "pricing")
    rows = {f"{prefix_of(row)}{name}": "部品 " * 20 for row in range(MOST_ROWS) for name in names}
    path = f"/dealers/{dealer.id}/supplier-codes"
    assert client.post(path, data=rows).status_code == 422
    assert client.post(f"{path}/drafts", data=rows).status_code == 422
    assert client.post(path, data=fields(400), content_type=URLENCODED).status_code == 413


def test_a_list_of_supplier_codes_is_accepted_from_signed_in_users(
    anonymous: LintingClient, client: LintingClient, dealer: Dealer
):
    path = f"/dealers/{dealer.id}/supplier-codes/import/preview"
    stranger = client.application.test_client()
    with client.application.app_context():
        refused = unread(stranger, path, LIMIT + 1, MULTIPART)
    assert refused.status_code == 413
    assert "Sign in again" in refused.text
    large = io.BytesIO(b"x" * (supplier_codes.LIMITS.bytes - 1))
    assert client.post(path, data={"file": (large, "a.csv")}).status_code == 422
    assert unread(client, path, supplier_codes.LIMITS.bytes * 2, MULTIPART).status_code == 413


def test_only_staff_can_upload_a_catalog(client: LintingClient, staff: LintingClient):
    assert unread(client, "/catalog/imports", LIMIT + 1, MULTIPART).status_code == 413
    content = (
        b"catalog,manufacturer,abbreviation,oem_manufacturer_id,dealer,part_number,brand,mpn,name,msrp\n"
    )
    file = (io.BytesIO(content + b"\n" * 9_000_000), "catalog.csv")
    assert staff.post("/catalog/imports", data={"file": file}).status_code == 303


def test_few_large_bodies_are_read_at_the_same_time(app: Flask, staff: LintingClient):
    turns = app.extensions["large_bodies"]
    while turns.acquire(blocking=False):
        pass
    refused = unread(staff, "/catalog/imports", LIMIT + 1, MULTIPART)
    assert refused.status_code == 503
    assert "Several large files" in refused.text
    assert staff.post("/catalog/imports", data={}).status_code == 422


@pytest.fixture
def counting(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An app that allows four requests a minute, and asks for CSRF tokens."""
    few = {"GENERAL_RATE_LIMIT": "4 per minute", "WTF_CSRF_ENABLED": True}
    app = create_app(settings(database_url, tmp_path) | few)
    with app.app_context():
        yield app
        close_all_sessions()
        db.engine.dispose()


@pytest.mark.parametrize(
    ("status", "sent"),
    [
        (400, {"data": {"email": "a@b.example"}}),
        (400, {"data": "email=x", "environ_overrides": {"CONTENT_LENGTH": "900"}}),
        (413, {"data": "x" * (LIMIT + 1), "content_type": URLENCODED}),
        (413, {"data": fields(FIELDS + 1), "content_type": URLENCODED}),
    ],
)
def test_refused_requests_count(counting: Flask, status: int, sent: dict[str, Any]):
    client = counting.test_client()
    assert [client.post("/login", **sent).status_code for _ in range(4)] == [status] * 4
    # Not read any more.
    assert unread(client, "/login", 10).status_code == 429


BODIES: dict[str, dict[str, Any]] = {
    "too large": {"data": "x" * (LIMIT + 1), "content_type": URLENCODED},
    "too large a file": {"data": b"--frame\r\n" + b"x" * LIMIT, "content_type": MULTIPART},
    "too many fields": {"data": fields(1000), "content_type": URLENCODED},
    "too many parts": {"data": parts(1000), "content_type": MULTIPART},
    "multipart garbage": {"data": b"\xff\x00--frame\r\n\r\nnonsense", "content_type": MULTIPART},
    "no boundary": {"data": parts(1), "content_type": "multipart/form-data"},
    "odd boundary": {"data": parts(1), "content_type": "multipart/form-data; boundary=\xe9"},
    "wrong charset": {"data": b"email=\xff\xfe%ff", "content_type": f"{URLENCODED}; charset=utf-16"},
    "unknown charset": {
        "data": b'--frame\r\nContent-Disposition: form-data; name="email"\r\n'
        b"Content-Type: text/plain; charset=klingon\r\n\r\nx\r\n--frame--\r\n",
        "content_type": MULTIPART,
    },
    "cut off": {
        "data": "email=x",
        "content_type": URLENCODED,
        "environ_overrides": {"CONTENT_LENGTH": "9000"},
    },
    "cut off file": {
        "data": b"--frame\r\n",
        "content_type": MULTIPART,
        "environ_overrides": {"CONTENT_LENGTH": "9000"},
    },
    "broken JSON": {"data": b"{", "content_type": "application/json"},
}


# Few routes take a body with other methods: with these two kinds each is tried, with the rest one of them.
WITH_EVERY_METHOD = ("too large", "multipart garbage")


@pytest.fixture
def guarded(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An app as it runs: errors are answered, and tokens are asked for."""
    app = create_app(settings(database_url, tmp_path) | {"TESTING": False, "WTF_CSRF_ENABLED": True})
    app.config["GENERAL_RATE_LIMIT"] = "100000 per minute"
    with app.app_context():
        yield app
        close_all_sessions()
        db.engine.dispose()


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("is_signed_in", [False, True])
def test_no_route_breaks_on_a_body_that_is_refused(guarded: Flask, name: str, is_signed_in: bool):
    guarded.test_client_class = LintingClient
    client = guarded.test_client()
    if is_signed_in:
        client.sign_in(make_user("support@example.com"))
    dealer = make_dealer("Prairie Powersports")
    every = ("GET", "POST", "PUT", "PATCH", "DELETE")
    methods = every if name in WITH_EVERY_METHOD else ("POST", "PUT")
    for path in paths(guarded, dealer):
        for method in methods:
            response = client.open(path, method=method, **BODIES[name])
            # There is no Redis here, and that page says so.
            assert response.status_code < 500 or path == "/readyz", (method, path)
            assert {header: response.headers.get(header) for header in HEADERS} == HEADERS
            assert "Content-Security-Policy" in response.headers
            assert "X-Request-ID" in response.headers
        if response.status_code == 413:
            assert "Too large" in response.text


def paths(app: Flask, dealer: Dealer) -> list[str]:
    """Each address of the app, of that dealer where it is a dealer's."""
    samples = {"dealer_id": dealer.id, "filename": "x.css", "token": "x"}
    samples |= {"kind": "inventory", "period": "daily"}
    found = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            values = {name: samples.get(name, 1) for name in rule.arguments}
            built = rule.build(values)
            assert built, rule
            found.append(built[1])
    return found
