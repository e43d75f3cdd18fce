"""Asks for the password once more before something is changed that others could misuse.

Who has given it within `SECURITY_FRESHNESS` is not asked. With script a dialog asks, and the form behind it
stays as it was typed; without, the form is kept on a page, as where a session has ended (sent_late).
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
    """Have Flask-Security's own pages ask in the same way, renew the token, and answer the dialog."""
    app.extensions["security"].reauthn_handler(ask)
    app.view_functions["security.verify"] = _renewing(app.view_functions["security.verify"])


def needed(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """A view of somebody signed in, whose password must have been given a short while ago."""

    @functools.wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        config = current_app.config
        within, grace = config["SECURITY_FRESHNESS"], config["SECURITY_FRESHNESS_GRACE_PERIOD"]
        if check_and_update_authn_fresh(within, grace, "session"):
            return view(*args, **kwargs)
        return ask()

    return guarded


def ask(*_: object, **__: object) -> ResponseReturnValue:
    """Ask for the password, and lose nothing that was typed."""
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
    """The page that asks, which gives the session a new token once the password was right."""

    @functools.wraps(verify)
    def answer() -> ResponseReturnValue:
        response = current_app.make_response(verify())
        if request.method != "POST" or response.status_code != 302:
            return response
        # Flask-Security commits it at the end of the request.
        session_tokens.renew(current_user._get_current_object())
        return htmx.fragment("accounts/sign_in/_verified.html") if htmx.wants_fragment() else response

    return answer
