"""Dealer's home page: whether the stock is current, and the last run's result."""

from __future__ import annotations

from flask import Response, g, request

from webapp.dealers.dealer_home import DealerHome
from webapp.web import htmx, tenancy

pages = tenancy.dealer_blueprint("dealer", __name__)


@pages.get("")
def show() -> Response:
    """Show the home page. A poll passes the version it shows in `seen`, and gets no content without news."""
    home = DealerHome.of(g.dealer, tenancy.shown_configuration())
    if htmx.wants_fragment() and request.args.get("seen") == home.mark != "":
        return Response(status=204)
    return htmx.answer("dealers/home", home=home, configuration=home.configuration)
