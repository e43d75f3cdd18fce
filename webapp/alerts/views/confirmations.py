"""Confirmation page of an alert recipient, opened by a link; needs no sign-in.

The page has a button: mail scanners that open links confirm nothing.
"""

from __future__ import annotations

from flask import Blueprint, Response

from webapp.alerts import confirmations
from webapp.web import htmx

pages = Blueprint("alert_confirmations", __name__, url_prefix="/alert-confirmations")


@pages.get("/<token>")
def show(token: str) -> Response:
    """Ask for confirmation of the address."""
    try:
        link = confirmations.read(token)
    except confirmations.InvalidLink:
        return _invalid()
    return _answer(link, token)


@pages.post("/<token>")
def confirm(token: str) -> Response:
    """Activate the address."""
    try:
        link = confirmations.confirm(token)
    except confirmations.InvalidLink:
        return _invalid()
    return _answer(link, token, is_confirmed=True)


def _invalid() -> Response:
    return htmx.answer("alerts/confirmation", 404, link=None)


def _answer(link: confirmations.Link, token: str, *, is_confirmed: bool = False) -> Response:
    dealer = confirmations.dealer_of(link)
    return htmx.answer(
        "alerts/confirmation", link=link, token=token, dealer=dealer, is_confirmed=is_confirmed
    )
