"""Drafts of supplier codes: rows above the list that are not saved yet (R4)."""

from __future__ import annotations

from flask import Response, g, request

from webapp import supplier_codes
from webapp.supplier_codes.new_codes_form import NewSupplierCodes
from webapp.supplier_codes.views.answers import show_list, takes_rows
from webapp.web import tenancy
from webapp.web.query_args import whole

pages = tenancy.dealer_blueprint("supplier_code_drafts", __name__, "/supplier-codes/drafts")


@pages.post("")
@takes_rows
def create() -> Response:
    """Check the entered row, and turn it into a draft; saves nothing."""
    rows = NewSupplierCodes.sent(request.form)
    if not rows.validate() or (rows.entry.is_blank and not rows.entry.validate()):
        return show_list(422, new=rows)
    try:
        rows.keep(supplier_codes.check_all(g.dealer, rows.values())[-1])
    except supplier_codes.RowsRefused as refused:
        rows.blame(refused)
        return show_list(422, new=rows)
    return show_list(new=rows)


@pages.post("/removal")
@takes_rows
def remove() -> Response:
    """Take a draft back; saves nothing."""
    rows = NewSupplierCodes.sent(request.form)
    rows.take_back(whole(request.form, "row") or 0)
    return show_list(new=rows)
