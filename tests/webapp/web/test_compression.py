"""Pages are compressed for browsers that accept it, but not where another site asked for them."""

from __future__ import annotations

import gzip

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.webapp.client import ON_SQLITE

pytestmark = ON_SQLITE


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A plain client: it does not read the pages."""
    return app.test_client()


def ask(client: FlaskClient, **headers: str) -> tuple[bytes, dict[str, str]]:
    response = client.get(
        "/login", headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    return response.get_data(), dict(response.headers)


@pytest.mark.parametrize("site", ["none", "same-origin", None])
def test_a_page_is_compressed_for_a_browser(client: FlaskClient, site: str | None) -> None:
    plain, told = ask(client)
    assert "Content-Encoding" not in told
    assert "Accept-Encoding" in told["Vary"]
    sent = {"Accept_Encoding": "gzip, br"} | ({"Sec_Fetch_Site": site} if site else {})
    packed, told = ask(client, **sent)
    assert told["Content-Encoding"] == "gzip"
    assert int(told["Content-Length"]) == len(packed) < len(plain) / 2
    assert b"Sign in" in gzip.decompress(packed)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_page_that_another_site_asks_for_is_not_compressed(client: FlaskClient, site: str) -> None:
    _, told = ask(client, Accept_Encoding="gzip", Sec_Fetch_Site=site)
    assert "Content-Encoding" not in told


def test_the_length_of_a_compressed_page_varies(client: FlaskClient) -> None:
    lengths = {len(ask(client, Accept_Encoding="gzip")[0]) for _ in range(20)}
    assert max(lengths) - min(lengths) > 20
