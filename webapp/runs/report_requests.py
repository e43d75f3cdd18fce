"""Requests to regenerate a run's reports after a storage failure (R18)."""

from __future__ import annotations

from sqlalchemy import and_, select
from sqlalchemy.orm import aliased

from webapp.core import queues
from webapp.core.run_states import RunItemState
from webapp.core.task_names import Task
from webapp.extensions import db
from webapp.models import Run, RunItem

TASK = Task.MAKE_REPORTS


def can_be_made(run: Run) -> bool:
    """Return whether a run's reports are missing, and their source rows still exist.

    A code's reported parts are kept until a later run has pulled that code.
    """
    return run.reports_missing and run.settings is not None and not _is_outdated(run)


def _is_outdated(run: Run) -> bool:
    later, later_run = aliased(RunItem), aliased(Run)
    pulled = (
        select(later.id)
        .join(later_run, later_run.id == later.run_id)
        .join(RunItem, and_(RunItem.run_id == run.id, RunItem.code_key == later.code_key))
        .where(
            later_run.dealer_id == run.dealer_id,
            later_run.id > run.id,
            later_run.trigger != "restore",
            later.status == RunItemState.SUCCEEDED,
            RunItem.status == RunItemState.SUCCEEDED,
        )
        .limit(1)
    )
    return db.session.scalar(pulled) is not None


def make(run: Run) -> bool:
    """Enqueue a job that regenerates them; false if that is impossible, or Redis did not accept it."""
    return can_be_made(run) and queues.enqueue(queues.CONTROL, TASK, run.id, job_id=f"reports-{run.id}")
