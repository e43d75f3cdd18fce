"""The htmx contract, apart from any page."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, flash

from webapp.application import create_app
from webapp.web import htmx


@pytest.fixture(scope="module")
def bare() -> Flask:
    """An app that needs no database."""
    return create_app(
        {
            "SECRET_KEY": "test",
            "CREDENTIALS_KEYS": [],
            "SQLALCHEMY_DATABASE_URI": "sqlite://",
            "REDIS_URL": None,
            "TESTING": True,
        }
    )


def signed_out(**context: Any) -> str:
    """Some fragment."""
    return htmx.fragment("errors/_signed_out.html", **context).get_data(as_text=True)


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ({}, False),
        ({"HX-Request": "true"}, True),
        ({"HX-Request": "true", "HX-Target": "x", "HX-Trigger": "y"}, True),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, False),
    ],
)
def test_a_fragment_is_for_htmx_but_not_for_restored_history(
    bare: Flask, headers: dict[str, str], wanted: bool
):
    with bare.test_request_context(headers=headers):
        assert htmx.wants_fragment() is wanted


def test_a_redirect_is_303_without_script_and_a_header_with_htmx(bare: Flask):
    with bare.test_request_context(method="POST"):
        response = bare.make_response(htmx.redirect_to("/there"))
        assert (response.status_code, response.location) == (303, "/there")
    with bare.test_request_context(method="POST", headers={"HX-Request": "true"}):
        response = bare.make_response(htmx.redirect_to("/there"))
        assert (response.status_code, response.headers["HX-Redirect"]) == (204, "/there")


def test_a_refusal_shows_an_alert_and_leaves_the_page_as_it_is(bare: Flask):
    with bare.test_request_context(method="POST"):
        response = htmx.refuse("No & never", 409)
    assert response.status_code == 409
    assert response.headers["HX-Reswap"] == "none"
    assert "<div>No &amp; never</div>" in response.get_data(as_text=True)


def test_alerts_disappear_after_a_change_and_stay_while_pages_are_only_viewed(bare: Flask):
    with bare.test_request_context(method="GET"):
        flash("Saved.", "success")
        assert "Saved." not in signed_out()
    with bare.test_request_context(method="POST"):
        flash("Saved.", "success")
        assert "Saved." in signed_out()


def test_closed_alerts_disappear_with_the_next_change(bare: Flask):
    with bare.test_request_context(method="POST"):
        assert 'hx-swap-oob="innerHTML:.alerts"' in signed_out()


def test_additional_fragments_are_out_of_band(bare: Flask):
    with bare.test_request_context(method="GET"):
        body = htmx.fragment(
            "errors/_signed_out.html", also=("lightspeed/_banners.html",), has_codes=True
        ).get_data(as_text=True)
    assert '<div id="banners" hx-swap-oob="true">' in body
