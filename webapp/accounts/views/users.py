"""Pages of users for staff: account details, sessions, and support actions."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import Response, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from webapp.accounts import reauthentication, sessions, user_admin
from webapp.accounts.user_list import UserList, state_of
from webapp.core.errors import Refused
from webapp.extensions import db
from webapp.models import User
from webapp.web import htmx, tenancy
from webapp.web.email_links import can_send_links
from webapp.web.query_args import text, whole

pages = tenancy.staff_blueprint("users", __name__, "/users")


@pages.get("")
def index() -> Response:
    """List all users; `matching` filters by address or dealer."""
    users = UserList.of(text(request.args, "matching"), whole(request.args, "page") or 1)
    return htmx.answer("accounts/users", people=users, zone=ZoneInfo("UTC"))


@pages.get("/<id:user_id>")
def show(user_id: int) -> Response:
    """Show one user."""
    return _answer(_found(user_id))


@pages.post("/<id:user_id>/link")
@reauthentication.required
def make_link(user_id: int) -> ResponseReturnValue:
    """Send a link to set a password; if email is not configured, show it once."""
    user = _found(user_id)
    try:
        link = None if can_send_links() else user_admin.make_link(user)
        if link is None:
            user_admin.send_link(user)
            flash(f"We sent a link to {user.email}.", "success")
    except Refused as refusal:
        return _refused(user, str(refusal))
    # The link is shown in this response: a redirect would have to store it in between.
    return _answer(user, link=link) if link else _answered(user)


@pages.post("/<id:user_id>/sessions/ending")
@reauthentication.required
def end_sessions(user_id: int) -> ResponseReturnValue:
    """End every session of the user."""
    user = _found(user_id)
    user_admin.end_sessions(user)
    flash(f"{user.email} is signed out everywhere.", "success")
    return _answered(user)


@pages.post("/<id:user_id>/deactivation")
@reauthentication.required
def deactivate(user_id: int) -> ResponseReturnValue:
    """Deactivate the user; users cannot deactivate themselves."""
    user = _found(user_id)
    if user.id == current_user.id:
        return _refused(user, "You can't deactivate yourself.")
    user_admin.set_active(user, False)
    flash(f"{user.email} can no longer sign in.", "success")
    return _answered(user)


@pages.post("/<id:user_id>/activation")
@reauthentication.required
def activate(user_id: int) -> ResponseReturnValue:
    """Activate the user again."""
    user = _found(user_id)
    user_admin.set_active(user, True)
    flash(f"{user.email} can sign in again.", "success")
    return _answered(user)


@pages.post("/<id:user_id>/second-factor/removal")
@reauthentication.required
def remove_second_factor(user_id: int) -> ResponseReturnValue:
    """Remove the second factor of a user who lost it."""
    user = _found(user_id)
    try:
        user_admin.remove_second_factor(user)
    except Refused as refusal:
        return _refused(user, str(refusal))
    flash(f"Two-step verification is off for {user.email}.", "success")
    return _answered(user)


def _found(user_id: int) -> User:
    return db.get_or_404(User, user_id)


def _refused(user: User, message: str) -> Response:
    flash(message, "warning")
    return _answer(user, 409)


def _answered(user: User) -> ResponseReturnValue:
    return _answer(user) if htmx.wants_fragment() else htmx.redirect_to(url_for(".show", user_id=user.id))


def _answer(user: User, status: int = 200, *, link: str | None = None) -> Response:
    return htmx.answer(
        "accounts/user",
        status,
        user=user,
        state=state_of(user),
        sign_ins=sessions.of(user),
        link=link,
        are_sent=can_send_links(),
        zone=ZoneInfo("UTC"),
    )
