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

from webapp import htmx
from webapp.views import sent_late

P = ParamSpec("P")
INTO_THE_DIALOG: Final = {"HX-Retarget": "#dialog .frame", "HX-Reswap": "innerHTML"}


def register(app: Flask) -> None:
    """Have Flask-Security's own pages ask in the same way, and answer to the dialog what is meant for it."""
    app.extensions["security"].reauthn_handler(ask)
    app.view_functions["security.verify"] = _in_dialog(app.view_functions["security.verify"])


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
        response = htmx.fragment("security/_verify.html", 401, verify_form=form)
        response.headers.update(INTO_THE_DIALOG)
        return response
    if kept := sent_late.answer(401, needs_password=True):
        return kept
    here = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for_security("verify", next=here))


def _in_dialog(verify: Callable[..., Any]) -> Callable[..., ResponseReturnValue]:
    @functools.wraps(verify)
    def answer() -> ResponseReturnValue:
        response = current_app.make_response(verify())
        if htmx.wants_fragment() and response.status_code == 302:
            return htmx.fragment("security/_verified.html")
        return response

    return answer
