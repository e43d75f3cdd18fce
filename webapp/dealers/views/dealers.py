"""Staff's home page: a table of all dealers, by urgency, and its export."""

from __future__ import annotations

from flask import Response, request

from webapp.dealers import dealer_export
from webapp.dealers.dealer_filter import DealerFilter
from webapp.dealers.dealer_list import DealerList
from webapp.dealers.views.dealer_table import answer
from webapp.web import downloads, replica, tenancy
from webapp.web.query_args import whole

pages = tenancy.staff_blueprint("dealers", __name__, "/dealers")


@pages.get("")
@replica.may_serve
def index() -> Response:
    """List the dealers; the address has the filter (`DealerFilter`) and the page."""
    return answer(DealerList.of(DealerFilter.of(request.args), whole(request.args, "page") or 1))


@pages.get("/export.csv")
def export() -> Response:
    """Export every dealer of the filter."""
    # Some 200 bytes a dealer. In pieces, a HEAD request would leave the request's context open.
    content = "".join(dealer_export.csv_of(DealerFilter.of(request.args)))
    return Response(content, mimetype=downloads.CSV, headers=downloads.headers("dealers.csv"))


@pages.get("/export.xlsx")
def export_workbook() -> Response:
    """Export them as an Excel file."""
    # A list: all queries are done before the file is written.
    lines = list(dealer_export.lines(DealerFilter.of(request.args)))
    downloads.refuse_long_workbook(len(lines))
    return downloads.workbook("dealers.xlsx", "Dealers", dealer_export.COLUMNS, lines)
