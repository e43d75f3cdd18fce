"""Makes the reports of a run that ended without them, because report storage refused (R18)."""

from __future__ import annotations

import structlog
from sqlalchemy import update

from jobs import reports
from jobs.sync import code_sync
from webapp.extensions import db
from webapp.models import Run
from webapp.runs import report_requests

log = structlog.get_logger(__name__)


def make_reports(run_id: int) -> bool:
    """Write both reports of a run, and derive its state again; false if they can no longer be made.

    Raises StorageError if storage refuses again.
    """
    run = db.session.get(Run, run_id)
    if run is None or not report_requests.can_be_made(run):
        db.session.rollback()
        return False
    attempt = run.attempt
    db.session.commit()
    reports.record(run_id, reports.write(run_id, attempt, lambda: None))
    status = _state_with_reports(db.session.get_one(Run, run_id, populate_existing=True))
    db.session.execute(update(Run).where(Run.id == run_id).values(status=status, reports_missing=False))
    db.session.commit()
    log.info("report.made", run=run_id)
    return True


def _state_with_reports(run: Run) -> str:
    """The state of a run whose reports were all that was missing, unless something else was wrong."""
    if run.status == "partial" and run.reason is None:
        return code_sync.outcome(run)[0]
    return run.status
