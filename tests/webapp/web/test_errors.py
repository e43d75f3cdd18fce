"""Errors have the program's own page, and a fragment for htmx."""

from __future__ import annotations

import pytest
from flask import Flask, abort
from sqlalchemy import text

from tests.webapp.client import LintingClient
from webapp.extensions import db
from webapp.models import Dealer

# On both kinds: PostgreSQL answers nothing more in a transaction that has failed.


@pytest.mark.parametrize(
    ("method", "path", "code", "said"),
    [
        ("GET", "/nowhere", 404, "Page not found"),
        ("GET", "/dealers", 403, "No access"),
        ("POST", "/dealers", 403, "No access"),
        ("POST", "/", 405, "Not available here"),
    ],
)
def test_an_error_is_a_page_or_an_alert(client: LintingClient, method: str, path: str, code: int, said: str):
    page = client.open(path, method=method)
    assert (page.status_code, "<h1" in page.text) in ((code, True), (405, True))
    alert = client.hx(method, path)
    assert alert.headers["HX-Reswap"] == "none"
    assert 'hx-swap-oob="innerHTML:.alerts"' in alert.text
    if page.status_code == code:
        assert said in page.text
        assert said in alert.text


def test_an_anonymous_client_gets_error_pages_too(anonymous: LintingClient):
    assert "Page not found" in anonymous.get("/nowhere").text


@pytest.fixture
def faulty(app: Flask) -> Flask:
    """The app with two addresses that break."""
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.get("/breaks")
    def breaks() -> str:
        raise RuntimeError("secret detail")

    @app.get("/breaks-the-database")
    def breaks_the_database() -> str:
        db.session.execute(text("SELECT nonsense FROM nowhere"))
        return ""

    @app.get("/conflicts")
    def conflicts() -> str:
        abort(409, "Somebody has removed it.")

    return app


@pytest.mark.parametrize("path", ["/breaks", "/breaks-the-database"])
def test_an_internal_error_shows_a_page_without_details(faulty: Flask, client: LintingClient, path: str):
    page = client.get(path)
    assert page.status_code == 500
    assert "Something went wrong" in page.text
    assert "secret detail" not in page.text
    assert "nonsense" not in page.text
    assert client.hx("GET", path).status_code == 500


def test_a_specific_sentence_replaces_the_general_one(faulty: Flask, client: LintingClient):
    page = client.get("/conflicts")
    assert page.status_code == 409
    assert "Somebody has removed it." in page.text


def test_a_request_that_is_too_large_gets_a_clear_error(app: Flask, client: LintingClient, dealer: Dealer):
    app.config["MAX_CONTENT_LENGTH"] = 100
    page = client.post(f"/dealers/{dealer.id}/lightspeed/credentials", data={"username": "x" * 1000})
    assert page.status_code == 413
    assert "Too large" in page.text
