"""Pages about the user's own account: password, second factor, sessions."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import Response, flash, g, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from webapp.accounts import reauthentication, sessions, user_admin
from webapp.models import User
from webapp.web import htmx, tenancy

pages = tenancy.personal_blueprint("account", __name__, "/account")
OVER = "That session had already ended."


@pages.get("")
def show() -> Response:
    """Show the page."""
    return _answer()


@pages.post("/sessions/<id:sign_in_id>/ending")
@reauthentication.required
def end(sign_in_id: int) -> ResponseReturnValue:
    """End one of the user's own sessions."""
    ended = user_admin.end_sessions(_me(), number=sign_in_id)
    flash("Session ended." if ended else OVER, "success" if ended else "warning")
    return _answered()


@pages.post("/sessions/others/ending")
@reauthentication.required
def end_others() -> ResponseReturnValue:
    """End every session but this one."""
    user_admin.end_sessions(_me(), but=g.sign_in)
    flash("You're signed out everywhere else.", "success")
    return _answered()


def _me() -> User:
    user: User = current_user._get_current_object()
    return user


def _answered() -> ResponseReturnValue:
    # After ending the current session, the page redirects to sign-in.
    return _answer() if htmx.wants_fragment() else htmx.redirect_to(url_for(".show"))


def _answer() -> Response:
    me = _me()
    zone = me.dealer.zone if me.dealer else ZoneInfo("UTC")
    return htmx.answer("accounts/account", me=me, sign_ins=sessions.of(me), here=g.sign_in, zone=zone)
