"""CSV files of minimum advertised prices: export, and import of a whole file or nothing (R27)."""

from __future__ import annotations

import io

from flask import Response, flash, g, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from webapp.core.spreadsheet import FileRefused
from webapp.guards import minimum_prices
from webapp.guards.minimum_prices import Outcome
from webapp.guards.views.guards import effect
from webapp.web import bodies, downloads, htmx, tenancy
from webapp.web.file_forms import FORM_OVERHEAD, UploadForm
from webapp.web.numbers import count
from webapp.web.uploads import takes_file

pages = tenancy.dealer_blueprint("minimum_prices", __name__, "/guards/minimum-prices")


@pages.get("/export.csv")
def export() -> Response:
    """Send the dealer's prices as an attachment, in the import's format."""
    name = f"minimum-prices-dealer-{g.dealer.id}.csv"
    return downloads.csv_file(name, minimum_prices.export_csv, g.dealer)


@pages.get("/import")
def new() -> Response:
    """Show the upload form."""
    return _answer(UploadForm(formdata=None))


@pages.post("/import")
@takes_file
@bodies.allows(minimum_prices.LIMITS.bytes + FORM_OVERHEAD)
def create() -> ResponseReturnValue:
    """Import a file; all or nothing."""
    form = UploadForm()
    if not form.validate():
        return _answer(form, 422)
    content = form.content(minimum_prices.LIMITS)
    try:
        outcome = minimum_prices.import_csv(g.dealer, io.BytesIO(content), current_user)
    except FileRefused as refused:
        return _answer(form, 422, refused)
    flash(_imported(outcome), "success")
    return htmx.redirect_to(url_for("guards.index"))


def _imported(outcome: Outcome) -> str:
    if not outcome.saved and not outcome.removed:
        return "Nothing to import: your list has all of them."
    removed = f", {outcome.removed:,} removed" if outcome.removed else ""
    return f"{count(outcome.saved, 'minimum price')} saved{removed}. {effect(outcome.run)}"


def _answer(form: UploadForm, status: int = 200, refused: FileRefused | None = None) -> Response:
    return htmx.answer(
        "guards/minimum_prices", status, form=form, refused=refused, limits=minimum_prices.LIMITS
    )
