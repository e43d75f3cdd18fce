"""CSV files of minimum advertised prices: export, and import in two steps with a preview (R27)."""

from __future__ import annotations

from typing import Final

from flask import Response, flash, g, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from webapp.guards import minimum_prices
from webapp.guards.minimum_prices import Outcome
from webapp.guards.views.guards import effect
from webapp.web import bodies, downloads, htmx, tenancy
from webapp.web.file_forms import FORM_OVERHEAD
from webapp.web.file_imports import FileImport
from webapp.web.numbers import count
from webapp.web.uploads import takes_file

pages = tenancy.dealer_blueprint("minimum_prices", __name__, "/guards/minimum-prices")
FILES: Final = FileImport(
    "guards/minimum_prices",
    minimum_prices.LIMITS,
    minimum_prices.plan_csv,
    "The prices changed after this preview. Check the new preview, then import.",
)


@pages.get("/export.csv")
def export() -> Response:
    """Send the dealer's prices as an attachment, in the import's format."""
    name = f"minimum-prices-dealer-{g.dealer.id}.csv"
    return downloads.csv_file(name, minimum_prices.export_csv, g.dealer)


@pages.get("/import")
def new() -> Response:
    """Show the upload form."""
    return FILES.upload()


@pages.post("/import/preview")
@takes_file
@bodies.allows(minimum_prices.LIMITS.bytes + FORM_OVERHEAD)
def preview() -> Response:
    """Preview an import without changing anything."""
    return FILES.preview()


@pages.post("/import")
@bodies.allows(minimum_prices.LIMITS.bytes + FORM_OVERHEAD)
def create() -> ResponseReturnValue:
    """Import the previewed file; all or nothing."""
    plan = FILES.confirmed()
    if isinstance(plan, Response):
        return plan
    flash(_imported(minimum_prices.import_plan(g.dealer, plan, current_user)), "success")
    return htmx.redirect_to(url_for("guards.index"))


def _imported(outcome: Outcome) -> str:
    if not outcome.saved and not outcome.removed:
        return "Nothing to import: your list has all of them."
    removed = f", {outcome.removed:,} removed" if outcome.removed else ""
    return f"{count(outcome.saved, 'minimum price')} saved{removed}. {effect(outcome.run)}"
