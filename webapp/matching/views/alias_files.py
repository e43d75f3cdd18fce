"""CSV files of a dealer's aliases: export, and import of a whole file or nothing."""

from __future__ import annotations

import io

from flask import Response, flash, g, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from webapp.matching import csv_files
from webapp.matching.csv_files import FileRefused
from webapp.matching.views.skipped import accepted
from webapp.web import bodies, downloads, htmx, tenancy
from webapp.web.file_forms import FORM_OVERHEAD, UploadForm
from webapp.web.uploads import takes_file

pages = tenancy.dealer_blueprint("alias_files", __name__, "/aliases")


@pages.get("/export.csv")
def export() -> Response:
    """Send the dealer's list as an attachment, in the import's format."""
    file = io.StringIO(newline="")
    csv_files.export_csv(g.dealer, file)
    headers = downloads.headers(f"accepted-part-numbers-dealer-{g.dealer.id}.csv")
    return Response(file.getvalue(), mimetype=downloads.CSV, headers=headers)


@pages.get("/import")
def new() -> Response:
    """Show the upload form."""
    return _answer(UploadForm(formdata=None))


@pages.post("/import")
@takes_file
@bodies.allows(csv_files.MAX_BYTES + FORM_OVERHEAD)
def create() -> ResponseReturnValue:
    """Import a file; all or nothing."""
    form = UploadForm()
    if not form.validate():
        return _answer(form, 422)
    # One byte more than allowed, so that an oversized file is detected without reading it all.
    content = form.file.data.read(csv_files.MAX_BYTES + 1)
    try:
        outcome = csv_files.import_csv(g.dealer, io.BytesIO(content), current_user)
    except FileRefused as refused:
        return _answer(form, 422, refused)
    flash(
        accepted(outcome) if outcome.changed else "Nothing to import: your list has all of them.", "success"
    )
    return htmx.redirect_to(url_for("aliases.index"))


def _answer(form: UploadForm, status: int = 200, refused: FileRefused | None = None) -> Response:
    return htmx.answer("matching/aliases/import", status, form=form, refused=refused)
