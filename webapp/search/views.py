"""Webstore preview page."""

from __future__ import annotations

from flask import Response, g, request

from webapp.search import storefront
from webapp.web import htmx, replica, tenancy
from webapp.web.query_args import text

pages = tenancy.dealer_blueprint("webstore", __name__, "/webstore")


@pages.get("")
@replica.may_serve
def index() -> Response:
    """Show the search box and its results."""
    return htmx.answer("search", store=storefront.Storefront.of(g.dealer.id, text(request.args, "q")))
