"""Supplier Code Management: the dealer's list, and adding, editing, moving and removing rows (R4)."""

from __future__ import annotations

from flask import Response, flash, g, request
from flask.typing import ResponseReturnValue

from webapp import supplier_codes
from webapp.core.enums import CATALOGS
from webapp.core.errors import FieldRefused
from webapp.models import SupplierCode
from webapp.supplier_codes.forms import RemovalForm, SupplierCodeForm, values_of
from webapp.supplier_codes.new_codes_form import NewSupplierCodes
from webapp.supplier_codes.supplier_code_list import page_of
from webapp.supplier_codes.views.answers import show_changed, show_list, takes_rows
from webapp.web import htmx, tenancy
from webapp.web.numbers import count
from webapp.web.query_args import text, whole

pages = tenancy.dealer_blueprint("supplier_codes", __name__, "/supplier-codes")


@pages.get("")
def index() -> Response:
    """List the dealer's supplier codes, one page at a time, below the fields for a new one."""
    return show_list(page=whole(request.args, "page") or 1)


@pages.get("/new")
def new() -> Response:
    """Show the list with the fields focused, and with an optional catalog, manufacturer and code."""
    catalog = text(request.args, "catalog")
    catalog = catalog if catalog in CATALOGS else CATALOGS[0]
    given = text(request.args, "manufacturer"), text(request.args, "code")
    return show_list(new=NewSupplierCodes.empty(catalog, *given))


@pages.post("")
@takes_rows
def create() -> ResponseReturnValue:
    """Add the drafts and the entered row at the end of the list; all or nothing."""
    rows = NewSupplierCodes.sent(request.form)
    if not rows.validate():
        return show_list(422, new=rows)
    try:
        added = supplier_codes.add_all(g.dealer, rows.values())
    except supplier_codes.RowsRefused as refused:
        rows.blame(refused)
        return show_list(422, new=rows)
    codes = ", ".join(row.code for row in added)
    return show_changed(f"{codes} added.", page_of(added[-1]))


@pages.get("/<id:code_id>")
def edit(code_id: int) -> Response:
    """Show the list with one row as a form."""
    row = tenancy.of_dealer(SupplierCode, code_id)
    return show_list(
        page=page_of(row), editing=row, form=SupplierCodeForm(formdata=None, data=values_of(row))
    )


@pages.post("/<id:code_id>")
def save(code_id: int) -> ResponseReturnValue:
    """Save a supplier code in place."""
    row = tenancy.of_dealer(SupplierCode, code_id)
    form = SupplierCodeForm()
    if not form.validate():
        return show_list(422, page=page_of(row), editing=row, form=form)
    try:
        supplier_codes.edit(row, form.values(), form.was.data or "")
    except FieldRefused as refusal:
        # The cause may be that another user has removed it: then this is a 404.
        row = tenancy.of_dealer(SupplierCode, code_id)
        form.blame(refusal.field, str(refusal))
        if isinstance(refusal, supplier_codes.Stale):
            return show_list(409, page=page_of(row), editing=row, form=form.catch_up(row))
        return show_list(422, page=page_of(row), editing=row, form=form)
    return show_changed(f"{row.code} saved.", page_of(row))


@pages.post("/<id:code_id>/position")
def move(code_id: int) -> ResponseReturnValue:
    """Move a supplier code one position up or down: the first in stock gives the price (R16)."""
    row = tenancy.of_dealer(SupplierCode, code_id)
    direction = "up" if request.form.get("direction") == "up" else "down"
    place = supplier_codes.move(row, -1 if direction == "up" else 1)
    return show_changed(
        f"{row.code} is now number {place} in the list.", page_of(row), moved=(row, direction)
    )


@pages.get("/<id:code_id>/removal")
def ask_removal(code_id: int) -> Response:
    """Ask for confirmation of a removal."""
    row = tenancy.of_dealer(SupplierCode, code_id)
    products = supplier_codes.stocked_products(row)
    form = RemovalForm(formdata=None)
    return htmx.answer("supplier_codes/removal", row=row, products=products, form=form, on_page=page_of(row))


@pages.post("/<id:code_id>/removal")
def remove(code_id: int) -> ResponseReturnValue:
    """Remove the supplier code; its stock stays, or goes to zero if chosen."""
    row = tenancy.of_dealer(SupplierCode, code_id)
    code, page, clear = row.code, page_of(row), bool(RemovalForm().clear.data)
    products = supplier_codes.remove(row, clear)
    if not products:
        outcome = "No products affected."
    else:
        outcome = f"{count(products, 'product')} {'set to zero' if clear else 'kept the last quantity'}."
    return show_changed(f"{code} removed. {outcome}", page)


@pages.errorhandler(FieldRefused)
def show_as_it_is(refusal: FieldRefused) -> ResponseReturnValue:
    """Show the current list after another user removed the row."""
    flash(str(refusal), "danger")
    return show_list(409)
