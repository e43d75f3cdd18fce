"""Coverage page: how much of a dealer's stock is online, day by day and by supplier code."""

from __future__ import annotations

from flask import Response, g, request

from webapp.coverage import coverage_csv
from webapp.coverage.coverage_page import MEASURES, CoveragePage
from webapp.models.coverage import UNMAPPED
from webapp.web import downloads, htmx, replica, tenancy
from webapp.web.query_args import text

pages = tenancy.dealer_blueprint("coverage", __name__, "/coverage")


@pages.get("")
@replica.may_serve
def index() -> Response:
    """Show the chart by `measure`: of all stock, of the code with the key `code`, or of unmapped codes."""
    key = UNMAPPED if request.args.get("unmapped") else text(request.args, "code")
    coverage = CoveragePage.of(g.dealer, text(request.args, "measure"), key)
    return htmx.answer("coverage", coverage=coverage, measures=MEASURES)


@pages.get("/export.csv")
def export() -> Response:
    """Export every day and code."""
    headers = downloads.headers(f"coverage-dealer-{g.dealer.id}.csv")
    return Response(coverage_csv.text_of(g.dealer.id), mimetype=downloads.CSV, headers=headers)
