"""Reauthentication: asks for the password again before sensitive changes.

Users who entered it within `SECURITY_FRESHNESS` are not asked. With script a dialog asks, and the form behind
it keeps its input; without, the form is shown again on a page, as after an expired session
(webapp/web/expired_form.py).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final, ParamSpec

from flask import Flask, current_app, redirect, request
from flask.typing import ResponseReturnValue
from flask_security import VerifyForm, check_and_update_authn_fresh, current_user, url_for_security

from webapp.accounts import session_tokens
from webapp.web import expired_form, htmx

P = ParamSpec("P")
INTO_THE_DIALOG: Final = {"HX-Retarget": "#dialog .frame", "HX-Reswap": "innerHTML"}


def register(app: Flask) -> None:
    """Use the same prompt for Flask-Security's own pages, renew the token, and handle the dialog."""
    app.extensions["security"].reauthn_handler(ask)
    app.view_functions["security.verify"] = _renewing(app.view_functions["security.verify"])


def required(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Require that the signed-in user entered the password recently."""

    @functools.wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        config = current_app.config
        within, grace = config["SECURITY_FRESHNESS"], config["SECURITY_FRESHNESS_GRACE_PERIOD"]
        if check_and_update_authn_fresh(within, grace, "session"):
            return view(*args, **kwargs)
        return ask()

    return guarded


def ask(*_: object, **__: object) -> ResponseReturnValue:
    """Ask for the password without losing form input."""
    if htmx.wants_fragment():
        form = VerifyForm(formdata=None, user=current_user)
        response = htmx.fragment("accounts/sign_in/_verify.html", 401, verify_form=form)
        response.headers.update(INTO_THE_DIALOG)
        return response
    if kept := expired_form.answer(401, needs_password=True):
        return kept
    here = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for_security("verify", next=here))


def _renewing(verify: Callable[..., Any]) -> Callable[..., ResponseReturnValue]:
    """Wrap the verification page, which gives the session a new token after the correct password."""

    @functools.wraps(verify)
    def answer() -> ResponseReturnValue:
        response = current_app.make_response(verify())
        if request.method != "POST" or response.status_code != 302:
            return response
        # Flask-Security commits it at the end of the request.
        session_tokens.renew(current_user._get_current_object())
        return htmx.fragment("accounts/sign_in/_verified.html") if htmx.wants_fragment() else response

    return answer
