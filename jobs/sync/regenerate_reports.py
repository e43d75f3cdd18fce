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
    """Write both reports, and take their lack from the run's state; false if they cannot be made any more.

    Raises StorageError where storage refuses again.
    """
    run = db.session.get(Run, run_id)
    if run is None or not report_requests.can_be_made(run):
        db.session.rollback()
        return False
    attempt = run.attempt
    db.session.commit()
    written = reports.write(run_id, attempt, lambda: None)
    reports.record(run_id, written)
    status, reason = _state_without_the_lack(db.session.get_one(Run, run_id, populate_existing=True))
    db.session.execute(update(Run).where(Run.id == run_id).values(status=status, reason=reason))
    db.session.commit()
    log.info("report.made", run=run_id)
    return True


def _state_without_the_lack(run: Run) -> tuple[str, str | None]:
    reason = (run.reason or "").replace(reports.MISSING, "").strip() or None
    status, why = code_sync.outcome(run)
    if run.status == "partial" and reason is None:
        return status, why
    return run.status, reason
