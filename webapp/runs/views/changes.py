"""Download of what a run changed of shelf stock (R25)."""

from __future__ import annotations

from flask import Response, abort

from webapp.models import Run
from webapp.runs import changes_csv, run_changes
from webapp.web import replica, tenancy

pages = tenancy.dealer_blueprint("run_changes", __name__, "/runs/<id:run_id>")
NOT_KEPT = "This run changed nothing, or its changes are no longer stored."


@pages.get("/changes.csv")
@replica.may_serve
def download(run_id: int) -> Response:
    """Send all changes of a run as an attachment."""
    run = tenancy.of_dealer(Run, run_id)
    if not run_changes.count(run):
        abort(404, NOT_KEPT)
    name = f"changes-run-{run.id}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    content = changes_csv.pieces(replica.engine(), run.id, run.dealer_id)
    return Response(content, mimetype="text/csv", headers=headers)
