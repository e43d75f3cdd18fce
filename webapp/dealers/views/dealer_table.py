"""Response with the table of dealers, for the views that show it."""

from __future__ import annotations

from flask import Response, request

from webapp.dealers.dealer_filter import INDEPENDENT, SORTS, STATUSES
from webapp.dealers.dealer_list import DealerList
from webapp.dealers.organization_list import every_organization
from webapp.web import htmx


def answer(dealers: DealerList, status: int = 200) -> Response:
    """Show one page of dealers."""
    response = htmx.answer(
        "dealers",
        status,
        dealers=dealers,
        sorts=SORTS,
        statuses=STATUSES,
        independent=INDEPENDENT,
        # A fragment leaves the form as it is.
        organizations=[] if htmx.wants_fragment() else every_organization(),
    )
    if request.method == "GET":
        # The shortest address in the browser's history, without the form's empty fields.
        response.headers["HX-Push-Url"] = dealers.choice.address("dealers.index", page=dealers.page)
    return response
