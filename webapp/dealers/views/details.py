"""Dealer details for staff: name, time zone, organization, closing and reopening."""

from __future__ import annotations

from flask import Response, flash, g, url_for
from flask.typing import ResponseReturnValue

from webapp import accounts, dealers
from webapp.accounts import reauthentication
from webapp.accounts.user_list import users_of
from webapp.core.errors import Refused
from webapp.dealers.forms import COMMON_TIMEZONES, DealerForm
from webapp.dealers.organization_list import every_organization
from webapp.web import htmx, tenancy

new_pages = tenancy.staff_blueprint("new_dealer", __name__, "/dealers/new")
pages = tenancy.dealer_blueprint("dealer_details", __name__, "/details")
pages.before_request(tenancy.only_staff)


@new_pages.get("")
def new() -> Response:
    """Show the form for a new dealer."""
    return _answer_new(DealerForm(None, every_organization(), formdata=None))


@new_pages.post("")
def create() -> ResponseReturnValue:
    """Add a dealer, and redirect to its page."""
    form = DealerForm(None, every_organization())
    if not form.validate():
        return _answer_new(form, 422)
    dealer = accounts.add_dealer(form.name.data or "", form.timezone.data or "", form.chosen_organization)
    flash(f"{dealer.name} added. Next, invite a user or set up Lightspeed.", "success")
    return htmx.redirect_to(url_for("dealer_details.show", dealer_id=dealer.id))


@pages.get("")
def show() -> Response:
    """Show the dealer's details."""
    return _answer(DealerForm(g.dealer, every_organization(), formdata=None))


@pages.post("")
@reauthentication.required
def save() -> ResponseReturnValue:
    """Save the details."""
    form = DealerForm(g.dealer, every_organization())
    if not form.validate():
        return _answer(form, 422)
    dealers.dealer_admin.edit(
        g.dealer, form.name.data or "", form.timezone.data or "", form.chosen_organization
    )
    flash("Saved", "success")
    return htmx.redirect_to(url_for(".show"))


@pages.post("/closure")
@reauthentication.required
def close() -> ResponseReturnValue:
    """Close the dealer: no runs, no sign-in; all data is kept."""
    return _changed(dealers.dealer_admin.close, f"{g.dealer.name} is closed.")


@pages.post("/reopening")
@reauthentication.required
def reopen() -> ResponseReturnValue:
    """Open a closed dealer again."""
    return _changed(dealers.dealer_admin.reopen, f"{g.dealer.name} is reopened.")


def _changed(verb: dealers.dealer_admin.Verb, said: str) -> ResponseReturnValue:
    try:
        verb(g.dealer)
    except Refused as refusal:
        flash(str(refusal), "warning")
        return _answer(DealerForm(g.dealer, every_organization(), formdata=None), 409)
    flash(said, "success")
    return htmx.redirect_to(url_for(".show"))


def _answer(form: DealerForm, status: int = 200) -> Response:
    return htmx.answer(
        "dealers/details",
        status,
        form=form,
        dealer=g.dealer,
        people=users_of(g.dealer),
        timezones=COMMON_TIMEZONES,
    )


def _answer_new(form: DealerForm, status: int = 200) -> Response:
    return htmx.answer("dealers/new", status, form=form, timezones=COMMON_TIMEZONES)
