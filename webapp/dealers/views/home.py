"""A dealer's home: is the stock current, and what did the last run do?"""

from __future__ import annotations

from flask import Response, g, request

from webapp.dealers.dealer_home import DealerHome
from webapp.web import htmx, tenancy

pages = tenancy.dealer_blueprint("dealer", __name__)


@pages.get("")
def show() -> Response:
    """The home page. A poll says in `seen` what it shows already: without news it gets nothing to put in."""
    home = DealerHome.of(g.dealer, tenancy.shown_configuration())
    if htmx.wants_fragment() and request.args.get("seen") == home.mark != "":
        return Response(status=204)
    return htmx.answer("dealers/home", home=home, configuration=home.configuration)
