"""Pages for inviting a user."""

from __future__ import annotations

from flask import Response, flash, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from webapp.accounts import reauthentication, user_admin
from webapp.accounts.forms import InvitationForm
from webapp.core.errors import Refused
from webapp.extensions import db
from webapp.models import Dealer
from webapp.web import htmx, tenancy
from webapp.web.email_links import can_send_links
from webapp.web.query_args import text

pages = tenancy.staff_blueprint("invitations", __name__, "/invitations")
MOST_DIGITS = 9


@pages.get("/new")
def new() -> Response:
    """Show the form; `dealer` preselects the dealer."""
    return _answer(
        InvitationForm(formdata=None, data={"role": "dealer", "dealer": text(request.args, "dealer")})
    )


@pages.post("")
@reauthentication.required
def invite() -> ResponseReturnValue:
    """Add the user, and send the link, or show it on the user's page."""
    form = InvitationForm()
    if not form.validate():
        return _answer(form, 422)
    dealers = _named(form.dealer.data or "") if form.role.data == "dealer" else []
    if form.role.data == "dealer" and len(dealers) != 1:
        form.blame(
            "dealer",
            "Several dealers have this name: give the number" if dealers else "There is no such dealer",
        )
        return _answer(form, 422)
    try:
        user = user_admin.invite(form.email.data or "", form.role.data, dealers[0] if dealers else None)
    except Refused as refusal:
        form.blame("email", str(refusal))
        return _answer(form, 422)
    flash(
        f"A link is on its way to {user.email}."
        if can_send_links()
        else f"{user.email} is added: now make a link.",
        "success",
    )
    return htmx.redirect_to(url_for("users.show", user_id=user.id))


def _named(dealer: str) -> list[Dealer]:
    """Return the dealers with that number or name, case-insensitive; two at most."""
    if dealer.isascii() and dealer.isdigit():
        dealers = db.session.get(Dealer, int(dealer)) if len(dealer) <= MOST_DIGITS else None
        return [dealers] if dealers else []
    query = select(Dealer).where(func.lower(Dealer.name) == dealer.lower()).limit(2)
    return list(db.session.scalars(query))


def _answer(form: InvitationForm, status: int = 200) -> Response:
    return htmx.answer("accounts/invitation", status, form=form, are_sent=can_send_links())
