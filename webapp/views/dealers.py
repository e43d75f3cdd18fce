"""The list of all dealers, for staff."""

from __future__ import annotations

from flask import Response, request

from webapp import htmx
from webapp.presenters.dealer_list import DealerList
from webapp.views import tenancy
from webapp.views.asked import text, whole

pages = tenancy.staff_blueprint("dealers", __name__, "/dealers")


@pages.get("")
def index() -> Response:
    """Every dealer with its connection and last run; `matching` narrows by name."""
    dealers = DealerList.of(text(request.args, "matching"), whole(request.args, "page") or 1)
    return htmx.answer("dealers", dealers=dealers)
