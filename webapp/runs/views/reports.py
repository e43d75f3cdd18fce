"""Downloads of a run's reports, as CSV and Excel files (R18)."""

from __future__ import annotations

from flask import Response, abort
from sqlalchemy import select

from webapp.extensions import db
from webapp.models import Report, Run
from webapp.web import downloads, tenancy

pages = tenancy.dealer_blueprint("reports", __name__, "/runs/<id:run_id>/reports")
NOT_WRITTEN = "This run has no such report. Reports are created when a run ends."


@pages.get("/<any(inventory, skipped):kind>.csv")
def download(run_id: int, kind: str) -> Response:
    """Send the report as an attachment, streamed from storage."""
    report = _of_dealer(run_id, kind)
    return downloads.attachment(report.path, f"{kind}-report-run-{run_id}.csv")


@pages.get("/<any(inventory, skipped):kind>.xlsx")
def workbook(run_id: int, kind: str) -> Response:
    """Send the report as an Excel file."""
    report = _of_dealer(run_id, kind)
    name = f"{kind}-report-run-{run_id}.xlsx"
    return downloads.stored_workbook(report.path, name, f"{kind.capitalize()} report", report.rows)


def _of_dealer(run_id: int, kind: str) -> Report:
    run = tenancy.of_dealer(Run, run_id)
    report = db.session.scalar(select(Report).where(Report.run_id == run.id, Report.kind == kind))
    return report or abort(404, NOT_WRITTEN)
