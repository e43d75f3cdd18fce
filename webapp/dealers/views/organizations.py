"""Organization pages for staff: names, and the 3PA login shared by their dealers (R2)."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import Response, flash, request, url_for
from flask.typing import ResponseReturnValue

from webapp import accounts, dealers
from webapp.accounts import reauthentication
from webapp.dealers.forms import LoginForm, OrganizationForm
from webapp.dealers.organization_list import Members, OrganizationList
from webapp.extensions import db
from webapp.models import Organization
from webapp.web import htmx, tenancy
from webapp.web.query_args import text, whole

pages = tenancy.staff_blueprint("organizations", __name__, "/organizations")


@pages.get("")
def index() -> Response:
    """List the organizations; `matching` filters by name."""
    organizations = OrganizationList.of(text(request.args, "matching"), whole(request.args, "page") or 1)
    return htmx.answer("dealers/organizations", organizations=organizations, zone=ZoneInfo("UTC"))


@pages.get("/new")
def new() -> Response:
    """Show the form for a new organization."""
    return htmx.answer("dealers/organization_new", form=OrganizationForm(formdata=None))


@pages.post("")
def create() -> ResponseReturnValue:
    """Add an organization."""
    form = OrganizationForm()
    if not form.validate():
        return htmx.answer("dealers/organization_new", 422, form=form)
    organization = accounts.add_organization(form.name.data or "")
    flash(f"{organization.name} added.", "success")
    return htmx.redirect_to(url_for(".show", organization_id=organization.id))


@pages.get("/<id:organization_id>")
def show(organization_id: int) -> Response:
    """Show one organization."""
    return _answer(_found(organization_id))


@pages.post("/<id:organization_id>")
def rename(organization_id: int) -> ResponseReturnValue:
    """Rename the organization."""
    organization, form = _found(organization_id), OrganizationForm()
    if not form.validate():
        return _answer(organization, 422, name_form=form)
    dealers.organization_admin.rename(organization, form.name.data or "")
    flash("Saved", "success")
    return _answered(organization)


@pages.post("/<id:organization_id>/login")
@reauthentication.required
def save_login(organization_id: int) -> ResponseReturnValue:
    """Save the 3PA login, and validate it for every dealer of the organization."""
    organization = _found(organization_id)
    form = LoginForm(organization)
    if not form.validate():
        return _answer(organization, 422, login_form=form)
    dealers.organization_admin.save_login(organization, form.username.data or "", form.password.data)
    flash("Saved. We're checking the login for each dealer.", "success")
    return _answered(organization)


@pages.post("/<id:organization_id>/login/removal")
@reauthentication.required
def remove_login(organization_id: int) -> ResponseReturnValue:
    """Remove the 3PA login: each dealer enters its own."""
    organization = _found(organization_id)
    dealers.organization_admin.remove_login(organization)
    flash("Login removed. Each dealer now enters its own.", "success")
    return _answered(organization)


def _found(organization_id: int) -> Organization:
    return db.get_or_404(Organization, organization_id)


def _answered(organization: Organization) -> ResponseReturnValue:
    if htmx.wants_fragment():
        return _answer(organization)
    return htmx.redirect_to(url_for(".show", organization_id=organization.id))


def _answer(
    organization: Organization,
    status: int = 200,
    *,
    name_form: OrganizationForm | None = None,
    login_form: LoginForm | None = None,
) -> Response:
    return htmx.answer(
        "dealers/organization",
        status,
        organization=organization,
        name_form=name_form or OrganizationForm(formdata=None, obj=organization),
        login_form=login_form or LoginForm(organization, formdata=None),
        members=Members.of(organization),
        zone=ZoneInfo("UTC"),
    )
