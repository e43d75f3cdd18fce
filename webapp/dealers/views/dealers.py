"""Staff's home page: a table of all dealers, by urgency."""

from __future__ import annotations

from flask import Response, request

from webapp.dealers.dealer_list import SORTS, DealerList
from webapp.web import htmx, replica, tenancy
from webapp.web.query_args import text, whole

pages = tenancy.staff_blueprint("dealers", __name__, "/dealers")


@pages.get("")
@replica.may_serve
def index() -> Response:
    """List the dealers; `matching` filters by name or 3PA Dealer ID, `sort` is one of `SORTS`."""
    asked = text(request.args, "matching"), text(request.args, "sort")
    dealers = DealerList.of(*asked, whole(request.args, "page") or 1)
    return htmx.answer("dealers", dealers=dealers, sorts=SORTS)
