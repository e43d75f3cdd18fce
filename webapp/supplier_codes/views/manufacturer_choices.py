"""Choices of manufacturers: suggestions while a name is typed, and a search page without script."""

from __future__ import annotations

from flask import Response, g, request

from webapp.core.enums import CATALOGS
from webapp.supplier_codes.manufacturer_choices import ManufacturerChoices
from webapp.web import htmx, tenancy
from webapp.web.query_args import text

pages = tenancy.dealer_blueprint("manufacturer_choices", __name__, "/supplier-codes/manufacturers")


@pages.get("")
def index() -> Response:
    """List manufacturers of a catalog that match the input, the best first."""
    catalog = text(request.args, "catalog")
    catalog = catalog if catalog in CATALOGS else CATALOGS[0]
    choices = ManufacturerChoices.of(g.dealer, catalog, text(request.args, "manufacturer"))
    return htmx.answer("supplier_codes/manufacturer_choices", part="_options", choices=choices)
