"""Audit entries for setting up, using and removing a second factor; the pages are Flask-Security's."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final

from flask import Flask, flash, g, redirect, session
from flask.typing import ResponseReturnValue
from flask_security import current_user, url_for_security
from flask_security.signals import tf_code_confirmed, tf_disabled, tf_profile_changed
from flask_security.tf_plugin import tf_clean_session
from sqlalchemy import select

from webapp import audit
from webapp.accounts import emails, session_tokens, sessions
from webapp.accounts.second_factor import NoSecondFactor, forget_recovery_codes
from webapp.extensions import db
from webapp.models import User

View = Callable[..., Any]
# Sign-in states, stored by Flask-Security in the session, in which a second factor can be set up.
SETTING_UP: Final = ("setup_from_login", "validating_profile")
FIRST_THE_FACTOR: Final = (
    "Set up two-step verification first. Then you can create recovery codes.",
    "warning",
)


def register(app: Flask) -> None:
    """Record the events; Flask-Security commits at the end of the request."""
    tf_profile_changed.connect(_set_up, app)
    tf_code_confirmed.connect(_code_given, app)
    tf_disabled.connect(_removed, app)
    # There is one kind of second factor, and one way to recover a lost one.
    app.view_functions["security.two_factor_rescue"] = _recover
    app.view_functions["security.tf_select"] = _recover
    _wrap(app, "security.two_factor_setup", _first_set_up_only)
    _wrap(app, "security.two_factor_token_validation", _first_set_up_only)
    _wrap(app, "security.two_factor_token_validation", _while_signing_in)
    _wrap(app, "security.mf_recovery_codes", _with_second_factor)


def _wrap(app: Flask, endpoint: str, guard: Callable[[View], View]) -> None:
    app.view_functions[endpoint] = guard(app.view_functions[endpoint])


def _recover() -> ResponseReturnValue:
    return redirect(url_for_security("mf_recovery" if "tf_user_id" in session else "login"))


def _with_second_factor(view: View) -> View:
    """Refuse to create or show recovery codes without a second factor."""

    @functools.wraps(view)
    def guarded() -> ResponseReturnValue:
        if current_user.is_authenticated and not current_user.has_second_factor:
            return _set_it_up_first()
        try:
            answer: ResponseReturnValue = view()
            return answer
        except NoSecondFactor:
            # Removed by another request in the meantime.
            return _set_it_up_first()

    return guarded


def _set_it_up_first() -> ResponseReturnValue:
    flash(*FIRST_THE_FACTOR)
    return redirect(url_for_security("two_factor_setup"), 303)


def _first_set_up_only(view: View) -> View:
    """Allow set-up during sign-in only for an account without a second factor.

    The sign-in state is in the browser's cookie. A state from before the second factor was set up could
    otherwise replace it later with only the password.
    """

    @functools.wraps(view)
    def guarded() -> ResponseReturnValue:
        if not current_user.is_authenticated and session.get("tf_state") in SETTING_UP:
            identity = str(session.get("tf_user_id", ""))
            user = db.session.scalar(select(User).where(User.fs_uniquifier == identity))
            if user is None or user.has_second_factor:
                tf_clean_session()
                return redirect(url_for_security("login"), 303)
        answer: ResponseReturnValue = view()
        return answer

    return guarded


def _while_signing_in(view: View) -> View:
    """Prevent Flask-Security from signing out users who open this page needlessly: a link on any site could
    do that."""

    @functools.wraps(view)
    def guarded() -> ResponseReturnValue:
        is_needed = "tf_state" in session or not current_user.is_authenticated
        return view() if is_needed else redirect("/")

    return guarded


def _code_given(app: Flask, user: User, **about: object) -> None:
    """Handle the code entered at sign-in: the first of a new second factor, or a later one."""
    if session.get("tf_state") == "validating_profile":
        _set_up(app, user, **about)


def _set_up(_app: Flask, user: User, **_: object) -> None:
    # They were created without this second factor.
    forget_recovery_codes(user)
    session_tokens.renew(user)
    _note(user, "user.second_factor_set")


def _removed(_app: Flask, user: User, **_: object) -> None:
    forget_recovery_codes(user)
    user.tf_last_counter = None
    _note(user, "user.second_factor_removed")


def _note(user: User, action: str) -> None:
    # Sessions without it, or with another one, have to sign in again.
    sessions.end(user, but=g.get("sign_in"))
    emails.queue_email("second_factor_changed", user.email)
    audit.note(action, user.email, dealer_id=user.dealer_id, by=user)
