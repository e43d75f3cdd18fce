"""CSV import of locks in two steps with a preview; all or nothing (R28)."""

from __future__ import annotations

import io

from flask import Response, flash, g, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from webapp.core.errors import Refused
from webapp.core.spreadsheet import FileRefused
from webapp.locks import csv_files
from webapp.locks.csv_files import Plan
from webapp.web import bodies, htmx, tenancy
from webapp.web.file_forms import FORM_OVERHEAD, ConfirmationForm, UploadForm
from webapp.web.numbers import count
from webapp.web.uploads import takes_file

pages = tenancy.dealer_blueprint("lock_files", __name__, "/locks/import")
CHANGED = "The locks changed after this preview. Check the new preview, then import."


@pages.get("")
def new() -> Response:
    """Show the upload form."""
    return _answer(UploadForm(formdata=None))


@pages.post("/preview")
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
        return _answer(form, 422, refused=refused)
    return _answer(form, plan=plan, confirmation=ConfirmationForm.of(content, plan.digest))


@pages.post("")
@bodies.allows(csv_files.LIMITS.bytes + FORM_OVERHEAD)
def create() -> ResponseReturnValue:
    """Import the previewed file; all or nothing."""
    form = ConfirmationForm()
    try:
        plan = csv_files.plan_csv(g.dealer, form.file())
    except FileRefused as refused:
        return _answer(UploadForm(formdata=None), 422, refused=refused)
    if plan.digest != form.seen.data:
        flash(CHANGED, "warning")
        confirmation = ConfirmationForm.of(form.file().read(), plan.digest)
        return _answer(UploadForm(formdata=None), 409, plan=plan, confirmation=confirmation)
    try:
        changed = csv_files.import_plan(g.dealer, plan, current_user)
    except Refused as refusal:
        flash(str(refusal), "danger")
        return _answer(UploadForm(formdata=None), 409)
    flash(f"{count(changed, 'lock')} set, {plan.unchanged:,} unchanged.", "success")
    return htmx.redirect_to(url_for("locks.index"))


def _answer(
    form: UploadForm,
    status: int = 200,
    *,
    refused: FileRefused | None = None,
    plan: Plan | None = None,
    confirmation: ConfirmationForm | None = None,
) -> Response:
    return htmx.answer(
        "locks/import",
        status,
        form=form,
        refused=refused,
        plan=plan,
        confirmation=confirmation,
        limits=csv_files.LIMITS,
    )
