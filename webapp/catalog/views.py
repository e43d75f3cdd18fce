"""Catalog pages for staff: manufacturers with their product counts, and catalog imports."""

from __future__ import annotations

from flask import Response, abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from webapp.catalog import import_status, uploads
from webapp.catalog.forms import CatalogUploadForm
from webapp.catalog.importing import COLUMNS, OPTIONAL_COLUMNS
from webapp.catalog.manufacturer_list import CatalogList
from webapp.core.enums import CATALOGS
from webapp.extensions import db
from webapp.models import CatalogImport
from webapp.web import bodies, downloads, htmx, tenancy
from webapp.web.query_args import one_of, text, whole
from webapp.web.uploads import takes_file

pages = tenancy.staff_blueprint("catalog", __name__, "/catalog")
# Size of the form's other fields and multipart framing.
FORM_OVERHEAD = 1024 * 1024
NOT_KEPT = "We couldn't store the file. Try again in a moment."
NONE_REJECTED = "This import has no rejected rows, or it hasn't ended yet."


@pages.get("")
def index() -> Response:
    """List the manufacturers; `matching` filters by name or abbreviation, `catalog` by catalog."""
    asked = text(request.args, "matching"), one_of(request.args, "catalog", CATALOGS)
    manufacturers = CatalogList.of(*asked, whole(request.args, "page") or 1)
    return htmx.answer("catalog", manufacturers=manufacturers, imports=import_status.latest())


@pages.get("/imports/new")
def new() -> Response:
    """Show the upload form."""
    return _form(CatalogUploadForm(formdata=None))


@pages.post("/imports")
@takes_file
@bodies.allows(uploads.MAX_BYTES + FORM_OVERHEAD, staff_only=True)
def create() -> ResponseReturnValue:
    """Store the file and queue its import."""
    form = CatalogUploadForm()
    if not form.validate():
        return _form(form, 422)
    try:
        row = uploads.start(form.file.data.stream, form.file_name, current_user)
    except OSError:
        form.blame("", NOT_KEPT)
        return _form(form, 422)
    flash(f"{row.file_name} uploaded. The import starts automatically.", "success")
    return htmx.redirect_to(url_for(".show", import_id=row.id))


@pages.get("/imports/<id:import_id>")
def show(import_id: int) -> Response:
    """Show one import. A poll passes the version it shows in `seen`, and gets no content without news."""
    row = db.get_or_404(CatalogImport, import_id)
    mark, seen = import_status.mark(row), request.args.get("seen", "")
    if htmx.wants_fragment() and seen == mark:
        return Response(status=204)
    is_step = bool(seen) and not seen.startswith(row.status)
    return htmx.answer("catalog/import", row=row, mark=mark, announced=is_step)


@pages.get("/imports/<id:import_id>/rejected.csv")
def rejected(import_id: int) -> Response:
    """Download the rejected rows, with line number and reason."""
    row, path = _with_rejected(import_id)
    return downloads.attachment(path, f"rejected-rows-import-{row.id}.csv")


@pages.get("/imports/<id:import_id>/rejected.xlsx")
def rejected_workbook(import_id: int) -> Response:
    """Download them as an Excel file."""
    row, path = _with_rejected(import_id)
    name, rows = f"rejected-rows-import-{row.id}.xlsx", row.rejected + row.warned
    return downloads.stored_workbook(path, name, "Rejected rows", rows)


def _with_rejected(import_id: int) -> tuple[CatalogImport, str]:
    row = db.get_or_404(CatalogImport, import_id)
    if not ((row.rejected or row.warned) and row.rejected_path):
        abort(404, NONE_REJECTED)
    return row, row.rejected_path


def _form(form: CatalogUploadForm, status: int = 200) -> Response:
    return htmx.answer(
        "catalog/upload",
        status,
        form=form,
        limit=uploads.MAX_BYTES // (1024 * 1024),
        columns=COLUMNS,
        optional_columns=OPTIONAL_COLUMNS,
    )
