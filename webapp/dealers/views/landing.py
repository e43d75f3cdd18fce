"""Landing page after sign-in: the dealer's home page, or the list of dealers for staff."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from webapp.web.tenancy import ask_to_sign_in

pages = Blueprint("home", __name__)


@pages.get("/")
def show() -> ResponseReturnValue:
    """Redirect to the user's start page."""
    if not current_user.is_authenticated:
        return ask_to_sign_in()
    if current_user.is_staff:
        return redirect(url_for("dealers.index"))
    return redirect(url_for("dealer.show", dealer_id=current_user.dealer_id))
