"""CSV files of supplier codes: export, and import in two steps with a preview."""

from __future__ import annotations

import io

from flask import Response, flash, g
from flask.typing import ResponseReturnValue

from webapp import supplier_codes
from webapp.core.spreadsheet import FileRefused
from webapp.supplier_codes import ImportResult, ListChanged, Plan
from webapp.supplier_codes.file_forms import ConfirmationForm
from webapp.supplier_codes.views.answers import show_changed
from webapp.web import bodies, downloads, htmx, tenancy
from webapp.web.file_forms import FORM_OVERHEAD, UploadForm
from webapp.web.numbers import count
from webapp.web.uploads import takes_file

pages = tenancy.dealer_blueprint("supplier_code_files", __name__, "/supplier-codes")
CHANGED = "Your list changed after this preview. Check the new preview, then import."


@pages.get("/export.csv")
def export() -> Response:
    """Send the dealer's list as an attachment, in the import's format."""
    return downloads.csv_file("supplier-codes.csv", supplier_codes.export_csv, g.dealer)


@pages.get("/import")
def new() -> Response:
    """Show the upload form."""
    return _answer(UploadForm(formdata=None))


@pages.post("/import/preview")
@takes_file
@bodies.allows(supplier_codes.LIMITS.bytes + FORM_OVERHEAD)
def preview() -> Response:
    """Preview an import without changing anything."""
    form = UploadForm()
    if not form.validate():
        return _answer(form, 422)
    content = form.content(supplier_codes.LIMITS)
    try:
        plan = supplier_codes.plan_csv(g.dealer, io.BytesIO(content))
    except FileRefused as refused:
        return _answer(form, 422, refused=refused)
    return _answer(form, plan=plan, confirmation=ConfirmationForm.of(content, plan))


@pages.post("/import")
@bodies.allows(supplier_codes.LIMITS.bytes + FORM_OVERHEAD)
def create() -> ResponseReturnValue:
    """Import the previewed file; all or nothing."""
    form = ConfirmationForm()
    try:
        result = supplier_codes.import_csv(g.dealer, form.file(), form.expected())
    except FileRefused as refused:
        return _answer(UploadForm(formdata=None), 422, refused=refused)
    except ListChanged:
        flash(CHANGED, "warning")
        plan = supplier_codes.plan_csv(g.dealer, form.file())
        confirmation = ConfirmationForm.of(form.file().read(), plan)
        return _answer(UploadForm(formdata=None), 409, plan=plan, confirmation=confirmation)
    return _imported(result)


def _imported(result: ImportResult) -> ResponseReturnValue:
    changed = f"{count(result.added, 'supplier code')} added, {result.updated:,} updated"
    return show_changed(f"{changed}, {result.unchanged:,} unchanged.", page=1)


def _answer(
    form: UploadForm,
    status: int = 200,
    *,
    refused: FileRefused | None = None,
    plan: Plan | None = None,
    confirmation: ConfirmationForm | None = None,
) -> Response:
    return htmx.answer(
        "supplier_codes/import",
        status,
        form=form,
        refused=refused,
        plan=plan,
        confirmation=confirmation,
        limits=supplier_codes.LIMITS,
    )
