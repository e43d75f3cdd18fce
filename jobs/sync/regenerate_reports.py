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
    """Write both reports of a run and update its state; false if they can no longer be written.

    Raises StorageError if storage refuses them again.
    """
    run = db.session.get(Run, run_id)
    if run is None or not report_requests.can_be_made(run):
        db.session.rollback()
        return False
    attempt = run.attempt
    db.session.commit()
    reports.record(run_id, reports.write(run_id, attempt, lambda: None))
    _clear_problem(db.session.get_one(Run, run_id, populate_existing=True))
    db.session.commit()
    log.info("report.made", run=run_id)
    return True


def _clear_problem(run: Run) -> None:
    """Clear the flag; a run without other problems becomes succeeded."""
    db.session.execute(update(Run).where(Run.id == run.id).values(reports_missing=False))
    if run.reason is None and outcome_of(run).state is RunState.SUCCEEDED:
        db.session.execute(change_run(RunState.PARTIAL, to=RunState.SUCCEEDED).where(Run.id == run.id))
