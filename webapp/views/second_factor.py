"""What is noted when a second factor is set up, used or removed; the pages are Flask-Security's."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from flask import Flask, g, redirect, session
from flask.typing import ResponseReturnValue
from flask_security import current_user, url_for_security
from flask_security.signals import tf_code_confirmed, tf_disabled, tf_profile_changed

from webapp import audit
from webapp.accounts import letters, sign_ins
from webapp.models import User
from webapp.views import session_tokens


def register(app: Flask) -> None:
    """Note what happens; Flask-Security commits at the end of the request."""
    tf_profile_changed.connect(_set_up, app)
    tf_code_confirmed.connect(_code_given, app)
    tf_disabled.connect(_removed, app)
    # There is one kind of second factor, and one help for whom it is lost.
    app.view_functions["security.two_factor_rescue"] = _recover
    app.view_functions["security.tf_select"] = _recover
    code = "security.two_factor_token_validation"
    app.view_functions[code] = _while_signing_in(app.view_functions[code])


def _recover() -> ResponseReturnValue:
    return redirect(url_for_security("mf_recovery" if "tf_user_id" in session else "login"))


def _while_signing_in(view: Any) -> Callable[[], ResponseReturnValue]:
    """Flask-Security signs out whoever comes here without need: a link on any site could do that."""

    @functools.wraps(view)
    def guarded() -> ResponseReturnValue:
        is_needed = "tf_state" in session or not current_user.is_authenticated
        answer: ResponseReturnValue = view() if is_needed else redirect("/")
        return answer

    return guarded


def _code_given(app: Flask, user: User, **about: object) -> None:
    """The code of somebody who signs in: the first of a new second factor, or one of many."""
    if session.get("tf_state") == "validating_profile":
        _set_up(app, user, **about)


def _set_up(_app: Flask, user: User, **_: object) -> None:
    session_tokens.renew(user)
    _note(user, "user.second_factor_set")


def _removed(_app: Flask, user: User, **_: object) -> None:
    user.tf_last_counter = user.mf_recovery_codes = None
    _note(user, "user.second_factor_removed")


def _note(user: User, action: str) -> None:
    # Whoever came in without it, or with another one, comes in anew.
    sign_ins.end(user, but=g.get("sign_in"))
    letters.note("second_factor_changed", user.email)
    audit.note(action, user.email, dealer_id=user.dealer_id, by=user)
