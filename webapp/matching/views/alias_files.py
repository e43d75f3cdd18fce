"""CSV files of a dealer's aliases: export, and import in two steps with a preview, all or nothing."""

from __future__ import annotations

from typing import Final

from flask import Response, flash, g, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from webapp.matching import csv_files
from webapp.matching.import_preview import ImportPreview
from webapp.matching.views.skipped import accepted
from webapp.web import bodies, downloads, htmx, tenancy
from webapp.web.file_forms import FORM_OVERHEAD
from webapp.web.file_imports import FileImport
from webapp.web.uploads import takes_file

pages = tenancy.dealer_blueprint("alias_files", __name__, "/aliases")
FILES: Final = FileImport(
    "matching/aliases/import",
    csv_files.LIMITS,
    csv_files.plan_csv,
    "The list changed after this preview. Check the new preview, then import.",
    lambda plan: {"preview": ImportPreview.of(g.dealer, plan)},
)


@pages.get("/export.csv")
def export() -> Response:
    """Send the dealer's list as an attachment, in the import's format."""
    name = f"accepted-part-numbers-dealer-{g.dealer.id}.csv"
    return downloads.csv_file(name, csv_files.export_csv, g.dealer)


@pages.get("/import")
def new() -> Response:
    """Show the upload form."""
    return FILES.upload()


@pages.post("/import/preview")
@takes_file
@bodies.allows(csv_files.LIMITS.bytes + FORM_OVERHEAD)
def preview() -> Response:
    """Preview an import without changing anything."""
    return FILES.preview()


@pages.post("/import")
@bodies.allows(csv_files.LIMITS.bytes + FORM_OVERHEAD)
def create() -> ResponseReturnValue:
    """Import the previewed file; all or nothing. What has changed since is shown again."""
    plan = FILES.confirmed()
    if isinstance(plan, Response):
        return plan
    flash(accepted(csv_files.import_plan(g.dealer, plan, current_user)), "success")
    return htmx.redirect_to(url_for("aliases.index"))
