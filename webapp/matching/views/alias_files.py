"""CSV files of a dealer's aliases: export, and import in two steps with a preview, all or nothing."""

from __future__ import annotations

import io
from typing import Final

from flask import Response, flash, g, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from webapp.core.spreadsheet import FileRefused
from webapp.matching import csv_files
from webapp.matching.csv_files import Plan
from webapp.matching.import_preview import ImportPreview
from webapp.matching.views.skipped import accepted
from webapp.web import bodies, downloads, htmx, tenancy
from webapp.web.file_forms import FORM_OVERHEAD, ConfirmationForm, UploadForm
from webapp.web.uploads import takes_file

pages = tenancy.dealer_blueprint("alias_files", __name__, "/aliases")
CHANGED: Final = "The list changed after this preview. Check the new preview, then import."


@pages.get("/export.csv")
def export() -> Response:
    """Send the dealer's list as an attachment, in the import's format."""
    name = f"accepted-part-numbers-dealer-{g.dealer.id}.csv"
    return downloads.csv_file(name, csv_files.export_csv, g.dealer)


@pages.get("/import")
def new() -> Response:
    """Show the upload form."""
    return _answer(UploadForm(formdata=None))


@pages.post("/import/preview")
@takes_file
@bodies.allows(csv_files.LIMITS.bytes + FORM_OVERHEAD)
def preview() -> Response:
    """Preview an import without changing anything."""
    form = UploadForm()
    if not form.validate():
        return _answer(form, 422)
    content = form.content(csv_files.LIMITS)
    try:
        plan = csv_files.plan_csv(g.dealer, io.BytesIO(content))
    except FileRefused as refused:
        return _answer(form, 422, refused)
    return _preview(content, plan, 422 if plan.problems else 200)


@pages.post("/import")
@bodies.allows(csv_files.LIMITS.bytes + FORM_OVERHEAD)
def create() -> ResponseReturnValue:
    """Import the previewed file; all or nothing. What has changed since is shown again."""
    form = ConfirmationForm()
    try:
        plan = csv_files.plan_csv(g.dealer, form.file())
    except FileRefused as refused:
        return _answer(UploadForm(formdata=None), 422, refused)
    if plan.problems or plan.digest != form.seen.data:
        flash(CHANGED, "warning")
        return _preview(form.file().read(), plan, 409)
    flash(accepted(csv_files.import_plan(g.dealer, plan, current_user)), "success")
    return htmx.redirect_to(url_for("aliases.index"))


def _answer(form: UploadForm, status: int = 200, refused: FileRefused | None = None) -> Response:
    return htmx.answer("matching/aliases/import", status, form=form, refused=refused, limits=csv_files.LIMITS)


def _preview(content: bytes, plan: Plan, status: int) -> Response:
    # A file with problems may have lines that are no text.
    confirmation = None if plan.problems else ConfirmationForm.of(content, plan.digest)
    preview = ImportPreview.of(g.dealer, plan)
    return htmx.answer("matching/aliases/import", status, preview=preview, confirmation=confirmation)
