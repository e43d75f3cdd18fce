"""Answers of Supplier Code Management: the list with the fields for a new code, or with a row as a form."""

from __future__ import annotations

from flask import Response, flash, g, url_for
from flask.typing import ResponseReturnValue

from webapp.models import SupplierCode
from webapp.search import outbox
from webapp.supplier_codes.forms import SupplierCodeForm
from webapp.supplier_codes.manufacturer_choices import ManufacturerChoices
from webapp.supplier_codes.new_codes_form import MOST_ROWS, NewSupplierCodes
from webapp.supplier_codes.supplier_code_list import SupplierCodeList
from webapp.web import bodies, htmx

# Size of the form for several codes: six fields per row at most, each of some hundred characters,
# percent-encoded.
takes_rows = bodies.allows(256 * bodies.KILOBYTE, fields=6 * MOST_ROWS + 10)


def show_changed(
    message: str, page: int, moved: tuple[SupplierCode, str] | None = None
) -> ResponseReturnValue:
    """Show the list after a change, with what was done."""
    outbox.enqueue_drain()
    flash(message, "success")
    if not htmx.wants_fragment():
        anchor = f"code-{moved[0].id}" if moved else None
        url = url_for("supplier_codes.index", page=page if page > 1 else None, _anchor=anchor)
        return htmx.redirect_to(url)
    response = show_list(page=page, moved=moved)
    response.headers["HX-Trigger"] = "configuration-changed"
    return response


def show_list(
    status: int = 200,
    *,
    page: int = 1,
    new: NewSupplierCodes | None = None,
    editing: SupplierCode | None = None,
    form: SupplierCodeForm | None = None,
    moved: tuple[SupplierCode, str] | None = None,
) -> Response:
    """Show a page of the list below the fields for a new code, or with one of its rows as a form."""
    return htmx.answer(
        "supplier_codes",
        status,
        shown=SupplierCodeList.of(g.dealer, page),
        new=None if editing else new or NewSupplierCodes.empty(),
        focuses=new is not None,
        editing=editing,
        form=form,
        choices_of=lambda catalog: ManufacturerChoices.of(g.dealer, catalog),
        moved_id=f"{moved[1]}-{moved[0].id}" if moved else "",
    )
