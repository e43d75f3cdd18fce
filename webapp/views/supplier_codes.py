"""Supplier Code Management: the dealer's list, and adding, editing, moving and removing its rows (R4)."""

from __future__ import annotations

from flask import Response, flash, g, request, url_for
from flask.typing import ResponseReturnValue

from webapp import htmx, supplier_codes
from webapp.forms.supplier_codes import RemovalForm, SupplierCodeForm, values_of
from webapp.models import SupplierCode
from webapp.views import tenancy
from webapp.views.asked import text
from webapp.webstore import outbox
from webapp.words import CATALOGS

pages = tenancy.dealer_blueprint("supplier_codes", __name__, "/supplier-codes")


@pages.get("")
def index() -> Response:
    """The dealer's supplier codes in their order."""
    return _list()


@pages.get("/manufacturers")
def manufacturers() -> Response:
    """Choices for the Manufacturer/Distributor of a catalog, for what has been typed so far."""
    found = _manufacturers(_catalog(), text(request.args, "manufacturer"))
    return htmx.fragment("supplier_code/_manufacturers.html", manufacturers=found)


@pages.get("/new")
def new() -> Response:
    """An empty form, for a catalog if one is named."""
    return _form(SupplierCodeForm(formdata=None, data={"catalog": _catalog()}))


@pages.post("")
def create() -> ResponseReturnValue:
    """Add a supplier code at the end of the list."""
    form = SupplierCodeForm()
    if not form.validate():
        return _form(form, 422)
    try:
        row = supplier_codes.add(g.dealer, form.values())
    except supplier_codes.Refused as refusal:
        form.blame(refusal.field, str(refusal))
        return _form(form, 422)
    return _changed(f"{row.code} was added.")


@pages.get("/<id:code_id>")
def edit(code_id: int) -> Response:
    """A form filled in with a supplier code."""
    row = tenancy.of_dealer(SupplierCode, code_id)
    return _form(SupplierCodeForm(formdata=None, data=values_of(row)), row=row)


@pages.post("/<id:code_id>")
def save(code_id: int) -> ResponseReturnValue:
    """Change a supplier code, where it stands in the list."""
    row = tenancy.of_dealer(SupplierCode, code_id)
    form = SupplierCodeForm()
    if not form.validate():
        return _form(form, 422, row=row)
    try:
        supplier_codes.edit(row, form.values())
    except supplier_codes.Refused as refusal:
        form.blame(refusal.field, str(refusal))
        # It may have been refused because somebody else has removed it: then it is not found now.
        return _form(form, 422, row=tenancy.of_dealer(SupplierCode, code_id))
    return _changed(f"{row.code} was saved.")


@pages.post("/<id:code_id>/position")
def move(code_id: int) -> ResponseReturnValue:
    """Move a supplier code one place up or down: the first in stock gives the price (R16)."""
    row = tenancy.of_dealer(SupplierCode, code_id)
    supplier_codes.move(row, -1 if request.form.get("direction") == "up" else 1)
    return _changed(f"{row.code} was moved.")


@pages.get("/<id:code_id>/removal")
def ask_removal(code_id: int) -> Response:
    """What removing the supplier code would do, to be confirmed."""
    row = tenancy.of_dealer(SupplierCode, code_id)
    products = supplier_codes.stocked_products(row)
    form = RemovalForm(formdata=None)
    return htmx.answer("supplier_code_removal", row=row, products=products, form=form)


@pages.post("/<id:code_id>/removal")
def remove(code_id: int) -> ResponseReturnValue:
    """Remove the supplier code; its stock stays, or goes to zero if that was chosen."""
    row = tenancy.of_dealer(SupplierCode, code_id)
    code, clear = row.code, bool(RemovalForm().clear.data)
    products = supplier_codes.remove(row, clear)
    became = "were set to zero" if clear else "keep their last quantity"
    return _changed(f"{code} was removed. Products that {became}: {products:,}.")


@pages.errorhandler(supplier_codes.Refused)
def show_as_it_is(refusal: supplier_codes.Refused) -> ResponseReturnValue:
    """A row that somebody else removed meanwhile can be neither moved nor removed: show what there is."""
    flash(str(refusal), "danger")
    return _list(409)


def _changed(message: str) -> ResponseReturnValue:
    outbox.wake()
    flash(message, "success")
    if not htmx.wants_fragment():
        return htmx.elsewhere(url_for(".index"))
    response = _list()
    response.headers["HX-Trigger"] = "configuration-changed"
    return response


def _list(status: int = 200) -> Response:
    return htmx.answer("supplier_codes", status, rows=supplier_codes.listed(g.dealer))


def _form(form: SupplierCodeForm, status: int = 200, row: SupplierCode | None = None) -> Response:
    catalog = form.catalog.data if form.catalog.data in CATALOGS else CATALOGS[0]
    return htmx.answer(
        "supplier_code", status, form=form, row=row, catalog=catalog, manufacturers=_manufacturers(catalog)
    )


def _manufacturers(catalog: str, matching: str = "") -> list[str]:
    return [found.name for found in supplier_codes.manufacturers_for(g.dealer, catalog, matching)]


def _catalog() -> str:
    catalog = text(request.args, "catalog")
    return catalog if catalog in CATALOGS else CATALOGS[0]
