"""Regenerates the reports of a run that could not be stored (R18)."""

from __future__ import annotations

import structlog
from sqlalchemy import update

from jobs import reports
from jobs.sync.run_outcome import outcome_of
from webapp.core.run_states import RunState
from webapp.extensions import db
from webapp.models import Run
from webapp.runs import report_requests
from webapp.runs.run_transitions import change_run

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
    _end_without_problem(db.session.get_one(Run, run_id, populate_existing=True))
    db.session.commit()
    log.info("report.made", run=run_id)
    return True


def _end_without_problem(run: Run) -> None:
    """Clear the flag; a run that had no other problem has succeeded."""
    db.session.execute(update(Run).where(Run.id == run.id).values(reports_missing=False))
    if run.reason is None and outcome_of(run).state is RunState.SUCCEEDED:
        db.session.execute(change_run(RunState.PARTIAL, to=RunState.SUCCEEDED).where(Run.id == run.id))
