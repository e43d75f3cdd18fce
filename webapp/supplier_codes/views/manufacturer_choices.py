"""Choices of manufacturers: autocomplete, and a search page without script."""

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
    """List manufacturers of a catalog that match a row's input, the best first."""
    prefix = prefix_of(min(whole(request.args, "row") or 0, MOST_ROWS))
    catalog = text(request.args, f"{prefix}catalog")
    catalog = catalog if catalog in CATALOGS else CATALOGS[0]
    matching = text(request.args, f"{prefix}manufacturer")
    manufacturers = supplier_codes.manufacturers_for(g.dealer, catalog, matching)
    return htmx.answer(
        "supplier_codes/manufacturer_choices",
        part="_options",
        manufacturers=manufacturers,
        catalog=catalog,
        matching=matching,
    )
