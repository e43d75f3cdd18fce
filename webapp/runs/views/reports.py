"""Downloads of a run's CSV reports (R18)."""

from __future__ import annotations

from flask import Response, abort
from sqlalchemy import select

from webapp.extensions import db
from webapp.models import Report, Run
from webapp.web import downloads, tenancy

pages = tenancy.dealer_blueprint("reports", __name__, "/runs/<id:run_id>/reports")
NOT_WRITTEN = "This run left no such report: it is written when a run has ended."


@pages.get("/<any(inventory, skipped):kind>.csv")
def download(run_id: int, kind: str) -> Response:
    """Send the report as an attachment, streamed from storage."""
    run = tenancy.of_dealer(Run, run_id)
    report = db.session.scalar(select(Report).where(Report.run_id == run.id, Report.kind == kind))
    if report is None:
        abort(404, NOT_WRITTEN)
    return downloads.attachment(report.path, f"{kind}-report-run-{run.id}.csv")
