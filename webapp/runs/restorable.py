"""Which runs the inventory can be restored to before: those whose changes are all stored (R25)."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import current_app

from webapp.core import clock
from webapp.core.errors import Refused
from webapp.extensions import db
from webapp.models import Run
from webapp.pulls import noted_since


def start_of(run: Run) -> datetime:
    """Return when the run started. Raises Refused if it cannot be undone."""
    if run.is_active:
        raise Refused(f"Run {run.id} has not ended yet.")
    if run.started_at is None:
        raise Refused(f"Run {run.id} never started, so there is nothing to restore.")
    days = min(current_app.config["CHANGES_RETENTION_DAYS"], current_app.config["RUN_RETENTION_DAYS"])
    if run.started_at < clock.now() - timedelta(days=days):
        raise Refused(f"Run {run.id} is too old: changes are stored for {days} days.")
    return run.started_at


def is_restorable(run: Run) -> bool:
    """Return whether the run can be undone, and it or somebody after it changed anything."""
    try:
        started_at = start_of(run)
    except Refused:
        return False
    connection = db.session.connection()
    since = noted_since.since_run(connection, run.dealer_id, run.id, started_at)
    return noted_since.last_id(connection, run.dealer_id) >= since
