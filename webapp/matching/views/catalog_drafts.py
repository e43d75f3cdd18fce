"""Download for staff: skipped parts that no product has, as a file for the import of the catalog."""

from __future__ import annotations

from flask import Response, g, request

from webapp.matching import catalog_draft
from webapp.matching.views.skipped import choice_of
from webapp.matching.workbench import listed_rows
from webapp.web import downloads, replica, tenancy

pages = tenancy.dealer_blueprint("catalog_drafts", __name__, "/skipped")
pages.before_request(tenancy.only_staff)


@pages.get("/catalog.csv")
@replica.may_serve
def export() -> Response:
    """Send the filtered parts that are in no catalog."""
    rows = listed_rows(g.dealer.id, choice_of(request.args))
    name = f"catalog-draft-dealer-{g.dealer.id}.csv"
    return downloads.csv_file(name, catalog_draft.write_draft, g.dealer, rows)
