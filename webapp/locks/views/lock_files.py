"""CSV import of locks in two steps with a preview; all or nothing (R28)."""

from __future__ import annotations

from typing import Final

from flask import Response, flash, g, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from webapp.core.errors import Refused
from webapp.locks import csv_files
from webapp.web import bodies, htmx, tenancy
from webapp.web.file_forms import FORM_OVERHEAD
from webapp.web.file_imports import FileImport
from webapp.web.numbers import count
from webapp.web.uploads import takes_file

pages = tenancy.dealer_blueprint("lock_files", __name__, "/locks/import")
FILES: Final = FileImport(
    "locks/import",
    csv_files.LIMITS,
    csv_files.plan_csv,
    "The locks changed after this preview. Check the new preview, then import.",
)


@pages.get("")
def new() -> Response:
    """Show the upload form."""
    return FILES.upload()


@pages.post("/preview")
@takes_file
@bodies.allows(csv_files.LIMITS.bytes + FORM_OVERHEAD)
def preview() -> Response:
    """Preview an import without changing anything."""
    return FILES.preview()


@pages.post("")
@bodies.allows(csv_files.LIMITS.bytes + FORM_OVERHEAD)
def create() -> ResponseReturnValue:
    """Import the previewed file; all or nothing."""
    plan = FILES.confirmed()
    if isinstance(plan, Response):
        return plan
    try:
        changed = csv_files.import_plan(g.dealer, plan, current_user)
    except Refused as refusal:
        flash(str(refusal), "danger")
        return FILES.upload(409)
    flash(f"{count(changed, 'lock')} set, {plan.unchanged:,} unchanged.", "success")
    return htmx.redirect_to(url_for("locks.index"))
