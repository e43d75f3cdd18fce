"""What a supplier code can be mapped to: narrowed while one types, and a page to search without script."""

from __future__ import annotations

from flask import Response, g, request

from webapp import supplier_codes
from webapp.core.enums import CATALOGS
from webapp.supplier_codes.new_codes_form import MOST_ROWS, prefix_of
from webapp.web import htmx, tenancy
from webapp.web.query_args import text, whole

pages = tenancy.dealer_blueprint("manufacturer_choices", __name__, "/supplier-codes/manufacturers")


@pages.get("")
def index() -> Response:
    """Manufacturers of a catalog that match what was typed in a row of the form, the best first."""
    prefix = prefix_of(min(whole(request.args, "row") or 0, MOST_ROWS))
    catalog = text(request.args, f"{prefix}catalog")
    catalog = catalog if catalog in CATALOGS else CATALOGS[0]
    matching = text(request.args, f"{prefix}manufacturer")
    found = supplier_codes.manufacturers_for(g.dealer, catalog, matching)
    return htmx.answer(
        "supplier_codes/manufacturer_choices",
        part="_options",
        manufacturers=found,
        catalog=catalog,
        matching=matching,
    )
