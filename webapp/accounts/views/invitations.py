"""Pages for inviting a user."""

from __future__ import annotations

from flask import Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.accounts import dealer_choices, reauthentication, user_admin
from webapp.accounts.forms import InvitationForm
from webapp.core.errors import Refused
from webapp.extensions import db
from webapp.models import Dealer
from webapp.web import htmx, tenancy
from webapp.web.email_links import can_send_links
from webapp.web.query_args import text, whole

pages = tenancy.staff_blueprint("invitations", __name__, "/invitations")


@pages.get("/new")
def new() -> Response:
    """Show the form. `dealer` in the address settles the dealer; `organization` offers its dealers."""
    preset = whole(request.args, "dealer")
    return _answer(InvitationForm(formdata=None, data={"role": "dealer", "dealer": str(preset or "")}))


@pages.get("/dealers")
def suggest() -> str:
    """Return suggestions for a dealer's name while it is typed."""
    found = dealer_choices.suggestions(text(request.args, "dealer"))
    return render_template("accounts/invitation/_suggestions.html", dealers=found, label=dealer_choices.label)


@pages.post("")
@reauthentication.required
def invite() -> ResponseReturnValue:
    """Add the user, and send the link, or show it on the user's page."""
    form = InvitationForm()
    if not form.validate():
        return _answer(form, 422)
    sought = form.dealer.data or ""
    dealers = dealer_choices.meant_by(sought) if form.role.data == "dealer" else []
    if form.role.data == "dealer" and len(dealers) != 1:
        choices = dealer_choices.suggestions(sought)
        form.blame("dealer", "Choose one of these dealers" if choices else "No dealer found")
        return _answer(form, 422, choices=choices)
    try:
        user = user_admin.invite(form.email.data or "", form.role.data, dealers[0] if dealers else None)
    except Refused as refusal:
        form.blame("email", str(refusal))
        return _answer(form, 422)
    flash(
        f"We sent a link to {user.email}." if can_send_links() else f"{user.email} was added. Create a link.",
        "success",
    )
    return htmx.redirect_to(url_for("users.show", user_id=user.id))


def _answer(form: InvitationForm, status: int = 200, *, choices: list[Dealer] | None = None) -> Response:
    """Show the form with the dealer that the address settles, or with dealers to choose from."""
    preset, group = (whole(request.args, name) for name in ("dealer", "organization"))
    dealer = db.get_or_404(Dealer, preset) if preset else None
    if choices is None and group and not dealer:
        choices = dealer_choices.of_organization(group)
    return htmx.answer(
        "accounts/invitation",
        status,
        form=form,
        dealer=dealer,
        choices=choices or [],
        label=dealer_choices.label,
        address={"dealer": preset, "organization": group},
        are_sent=can_send_links(),
    )
