"""The redirect after sign-in or reauthentication leads only to local pages."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

import pytest
from flask import Flask
from flask_security import hash_password

from tests.factories import PASSWORD, make_user
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.accounts.safe_redirect import is_ours
from webapp.models import User

HOSTILE = (
    *(
        "//evil.example",
        "///evil.example",
        "////evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "\\/evil.example",
    ),
    *(
        "https://evil.example/",
        "https:evil.example",
        "https:/evil.example",
        "HTTPS://EVIL.EXAMPLE",
        "http:evil.example",
    ),
    *("javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd"),
    *("/\t/evil.example", "/\n/evil.example", "\t//evil.example", "\r\n//evil.example", " //evil.example"),
    *(
        "/x\r\nSet-Cookie: a=b",
        "/x\r\nLocation: //evil.example",
        "/x\x00//evil.example",
        "/%0d%0aSet-Cookie:a=b",
    ),
    *(
        "//localhost@evil.example",
        "https://localhost@evil.example",
        "//localhost.evil.example",
        "//evil.example:80",
    ),
    *(
        "//[::1]",
        "//[",
        "https://[evil",
        "/\u2044evil.example",
        "／／evil.example",
        "//evil。example",
        "/\u200b/evil.example",
    ),
    *(
        "//evil.example%2f..",
        "/..//evil.example",
        "/.//evil.example",
        "./\\evil.example",
        "?next=//evil.example",
        "#//evil",
    ),
    *("x" * 5000, "//" + "x" * 5000, "\ud800", ""),
)


@pytest.fixture
def person(app: Flask) -> User:
    return make_user("support@example.com", password=hash_password(PASSWORD))


def leads_here(location: str) -> bool:
    """As a browser reads it: tabs and line breaks are nothing, a backslash is a slash."""
    read = re.sub(r"[\t\r\n]", "", location).strip().replace("\\", "/")
    parts = urlsplit(read)
    return not parts.scheme and not parts.netloc and not read.startswith("//")


def test_addresses_are_read_as_browsers_read_them() -> None:
    assert leads_here("/dealers?x=//evil")
    assert not any(map(leads_here, ("//evil", "/\\evil", "/\t/evil", "https:evil", "javascript:x")))


@pytest.mark.parametrize("hostile", [each for each in HOSTILE if each], ids=ascii)
def test_addresses_that_are_not_local(hostile: str) -> None:
    assert not is_ours(hostile)


@pytest.mark.parametrize(
    "place", ["/", "/dealers", "/dealers/3/runs?before=7", "/dealers?matching=//x\\y%20z"]
)
def test_local_addresses(place: str) -> None:
    assert is_ours(place)


def sent(client: LintingClient, path: str, hostile: str, **fields: str) -> list[str]:
    """Where a browser is led by a form that names the address, and by a page's address that does."""
    text = hostile.encode(errors="surrogatepass")
    bodies = (path, {**fields, "next": text}), (f"{path}?next={quote(text)}", fields)
    answers = []
    for address, form in bodies:
        answers.append(client.post(address, data=form))
        client.delete_cookie("session")
    assert {answer.status_code for answer in answers} <= {302, 303, 422, 400}
    assert not any("a=b" in answer.headers.get("Set-Cookie", "") for answer in answers)
    return [answer.headers.get("Location", "/") for answer in answers]


@ON_SQLITE
def test_signing_in_leads_to_no_other_site(anonymous: LintingClient, person: User) -> None:
    login = {"email": "support@example.com", "password": PASSWORD}
    for hostile in HOSTILE:
        assert all(map(leads_here, sent(anonymous, "/login", hostile, **login))), ascii(hostile)
        page = anonymous.get("/login", query_string={"next": hostile.encode(errors="replace")})
        assert page.status_code == (400 if hostile else 200), ascii(hostile)


@ON_SQLITE
def test_reauthentication_leads_to_no_other_site(anonymous: LintingClient, person: User) -> None:
    anonymous.sign_in(person)
    for hostile in HOSTILE:
        named = {"next": hostile.encode(errors="replace")}
        answer = anonymous.post("/verify", data={"password": PASSWORD, **named})
        assert leads_here(answer.headers.get("Location", "/")), ascii(hostile)


@ON_SQLITE
def test_the_requested_page_is_kept_as_a_path_only(anonymous: LintingClient) -> None:
    """The address that was asked for is handed on as `next`; under whichever host it was asked."""
    answer = anonymous.get("/dealers?matching=//evil.example", base_url="http://evil.example")
    assert answer.location == "/login?next=/dealers?matching%3D//evil.example"
