"""Supplier Code Management: the dealer's list, and adding, editing, moving and removing rows (R4)."""

from __future__ import annotations

from flask import Response, flash, g, request, url_for
from flask.typing import ResponseReturnValue

from webapp import supplier_codes
from webapp.core.enums import CATALOGS
from webapp.core.errors import FieldRefused
from webapp.models import Manufacturer, SupplierCode
from webapp.search import outbox
from webapp.supplier_codes.forms import RemovalForm, SupplierCodeForm, values_of
from webapp.supplier_codes.new_codes_form import MOST_ROWS, NewSupplierCodes
from webapp.supplier_codes.supplier_code_list import LAST, SupplierCodeList, page_of
from webapp.web import bodies, htmx, tenancy
from webapp.web.query_args import text, whole

# Size of the form for several codes: six fields per row at most, each of some hundred characters,
# percent-encoded.
MOST_FIELDS = 6 * MOST_ROWS + 10
MOST_BYTES = 256 * bodies.KILOBYTE

pages = tenancy.dealer_blueprint("supplier_codes", __name__, "/supplier-codes")


@pages.get("")
def index() -> Response:
    """List the dealer's supplier codes, one page at a time."""
    return _list(page=whole(request.args, "page") or 1)


@pages.get("/new")
def new() -> Response:
    """Show the list with an empty row, with an optional catalog and manufacturer."""
    catalog = text(request.args, "catalog")
    catalog = catalog if catalog in CATALOGS else CATALOGS[0]
    return _list(page=LAST, new=NewSupplierCodes.empty(catalog, text(request.args, "manufacturer")))


@pages.post("/rows")
@bodies.allows(MOST_BYTES, fields=MOST_FIELDS)
def add_row() -> Response:
    """Add another empty row below the entered ones; saves nothing."""
    rows = NewSupplierCodes.sent(request.form)
    rows.add_row()
    return _list(page=LAST, new=rows)


@pages.post("")
@bodies.allows(MOST_BYTES, fields=MOST_FIELDS)
def create() -> ResponseReturnValue:
    """Add the entered supplier codes at the end of the list; all or nothing."""
    rows = NewSupplierCodes.sent(request.form)
    if not rows.validate():
        return _list(422, page=LAST, new=rows)
    try:
        added = supplier_codes.add_all(g.dealer, rows.values())
    except supplier_codes.RowsRefused as refused:
        rows.blame(refused)
        return _list(422, page=LAST, new=rows)
    codes = ", ".join(row.code for row in added)
    return _changed(f"{codes} {'was' if len(added) == 1 else 'were'} added.", page_of(added[-1]))


@pages.get("/<id:code_id>")
def edit(code_id: int) -> Response:
    """Show the list with one row as a form."""
    row = tenancy.of_dealer(SupplierCode, code_id)
    return _list(page=page_of(row), editing=row, form=SupplierCodeForm(formdata=None, data=values_of(row)))


@pages.post("/<id:code_id>")
def save(code_id: int) -> ResponseReturnValue:
    """Save a supplier code in place."""
    row = tenancy.of_dealer(SupplierCode, code_id)
    form = SupplierCodeForm()
    if not form.validate():
        return _list(422, page=page_of(row), editing=row, form=form)
    try:
        supplier_codes.edit(row, form.values(), form.was.data or "")
    except FieldRefused as refusal:
        # The cause may be that another user has removed it: then this is a 404.
        row = tenancy.of_dealer(SupplierCode, code_id)
        form.blame(refusal.field, str(refusal))
        if isinstance(refusal, supplier_codes.Stale):
            return _list(409, page=page_of(row), editing=row, form=form.catch_up(row))
        return _list(422, page=page_of(row), editing=row, form=form)
    return _changed(f"{row.code} was saved.", page_of(row))


@pages.post("/<id:code_id>/position")
def move(code_id: int) -> ResponseReturnValue:
    """Move a supplier code one position up or down: the first in stock gives the price (R16)."""
    row = tenancy.of_dealer(SupplierCode, code_id)
    direction = "up" if request.form.get("direction") == "up" else "down"
    place = supplier_codes.move(row, -1 if direction == "up" else 1)
    return _changed(f"{row.code} is now number {place} in the list.", page_of(row), moved=(row, direction))


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
    became = "were set to zero" if clear else "keep their last quantity"
    return _changed(f"{code} was removed. Products that {became}: {products:,}.", page)


@pages.errorhandler(FieldRefused)
def show_as_it_is(refusal: FieldRefused) -> ResponseReturnValue:
    """Show the current list after another user removed the row."""
    flash(str(refusal), "danger")
    return _list(409)


def _changed(message: str, page: int, moved: tuple[SupplierCode, str] | None = None) -> ResponseReturnValue:
    outbox.enqueue_drain()
    flash(message, "success")
    if not htmx.wants_fragment():
        anchor = f"code-{moved[0].id}" if moved else None
        return htmx.redirect_to(url_for(".index", page=page if page > 1 else None, _anchor=anchor))
    response = _list(page=page, moved=moved)
    response.headers["HX-Trigger"] = "configuration-changed"
    return response


def _list(
    status: int = 200,
    *,
    page: int = 1,
    new: NewSupplierCodes | None = None,
    editing: SupplierCode | None = None,
    form: SupplierCodeForm | None = None,
    moved: tuple[SupplierCode, str] | None = None,
) -> Response:
    """Render the list, with rows to add below it, or with one of its rows as a form."""
    typed = new.rows if new else [form] if form else []
    return htmx.answer(
        "supplier_codes",
        status,
        shown=SupplierCodeList.of(g.dealer, page),
        new=new,
        editing=editing,
        form=form,
        choices_of=_choices_of({each.catalog.data for each in typed}),
        moved_id=f"{moved[1]}-{moved[0].id}" if moved else "",
    )


def _choices_of(catalogs: set[str]) -> dict[str, list[Manufacturer]]:
    return {name: supplier_codes.manufacturers_for(g.dealer, name) for name in catalogs & set(CATALOGS)}
