"""The CSV files that a run left, as downloads (R18)."""

from __future__ import annotations

from flask import Response, abort
from sqlalchemy import select

from webapp import storage
from webapp.extensions import db
from webapp.models import Report, Run
from webapp.views import tenancy

pages = tenancy.dealer_blueprint("reports", __name__, "/runs/<id:run_id>/reports")
CHUNK = 64 * 1024
NOT_WRITTEN = "This run left no such report: it is written when a run has ended."
NOT_KEPT = "This report is no longer kept in report storage."


@pages.get("/<any(inventory, skipped):kind>.csv")
def download(run_id: int, kind: str) -> Response:
    """The report as an attachment, read from storage while it is sent."""
    run = tenancy.of_dealer(Run, run_id)
    report = db.session.scalar(select(Report).where(Report.run_id == run.id, Report.kind == kind))
    if report is None:
        abort(404, NOT_WRITTEN)
    try:
        file = storage.open_for_reading(report.path)
    except storage.StorageError:
        abort(404, NOT_KEPT)
    name = f"{kind}-report-run-{run.id}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    response = Response(iter(lambda: file.read(CHUNK), ""), mimetype="text/csv", headers=headers)
    response.call_on_close(file.close)
    return response
