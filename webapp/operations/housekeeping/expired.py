"""One pass of retention: tallies first, then each kind of history in turn, batch by batch."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

import structlog
from flask import current_app

from webapp import audit
from webapp.core import clock
from webapp.extensions import db
from webapp.operations.housekeeping import old_entries, old_imports, old_runs
from webapp.operations.metrics import tally

log = structlog.get_logger(__name__)

# Seconds. The rest is left to the next pass.
BUDGET: Final = 240.0
# Seconds between two batches: on SQLite other writers need their turn.
BREATHER: Final = 0.05

# Each deletes and commits one batch of rows older than a time, and returns how many; 0 at the end.
Delete = Callable[[datetime], int]


def purge_expired(
    should_stop: Callable[[], bool] = lambda: False, pause: Callable[[float], object] = time.sleep
) -> dict[str, int]:
    """Delete what is older than the retention settings allow; return the counts by kind.

    Runs until nothing is left to delete, it is cancelled, or `BUDGET` is used up.
    """
    deadline = time.monotonic() + BUDGET

    def goes_on() -> bool:
        pause(BREATHER)
        return not should_stop() and time.monotonic() < deadline

    while tally() and goes_on():
        pass
    now = clock.now()
    deleted = {
        name: _delete(step, _before(now, setting), goes_on) for name, (setting, step) in _steps().items()
    }
    _note({name: count for name, count in deleted.items() if count})
    return deleted


def _steps() -> Mapping[str, tuple[str, Delete]]:
    """Return the steps by kind: the setting with its retention, and the deleting function."""
    return {
        "runs": ("RUN_RETENTION_DAYS", old_runs.Deletion().delete_some),
        "item_changes": ("CHANGES_RETENTION_DAYS", old_entries.delete_item_changes),
        "planned_changes": ("CHANGES_RETENTION_DAYS", old_entries.delete_planned_changes),
        "coverage_days": ("COVERAGE_RETENTION_DAYS", old_entries.delete_coverage_days),
        "change_summaries": ("CHANGES_RETENTION_DAYS", old_entries.delete_summaries),
        "audit_entries": ("AUDIT_RETENTION_DAYS", old_entries.delete_audit_entries),
        # Each run has such an entry: without the run they are of no use.
        "audit_entries_of_the_schedule": ("RUN_RETENTION_DAYS", old_entries.delete_schedule_entries),
        "held_clearings": ("RUN_RETENTION_DAYS", old_entries.delete_held_clearings),
        "held_pulls": ("RUN_RETENTION_DAYS", old_entries.delete_held_pulls),
        "ended_locks": ("RUN_RETENTION_DAYS", old_entries.delete_ended_locks),
        "ended_freezes": ("RUN_RETENTION_DAYS", old_entries.delete_ended_freezes),
        "alert_deliveries": ("ALERT_RETENTION_DAYS", old_entries.delete_alert_deliveries),
        "closed_alerts": ("ALERT_RETENTION_DAYS", old_entries.delete_closed_alerts),
        "catalog_imports": ("CATALOG_IMPORT_RETENTION_DAYS", old_imports.delete_some),
    }


def _before(now: datetime, setting: str) -> datetime:
    return now - timedelta(days=current_app.config[setting])


def _delete(delete_some: Delete, before: datetime, goes_on: Callable[[], bool]) -> int:
    total = 0
    while count := delete_some(before):
        total += count
        if not goes_on():
            break
    return total


def _note(deleted: dict[str, int]) -> None:
    if not deleted:
        return
    log.info("history.deleted", **deleted)
    audit.note("history.deleted", "Retention", after=deleted)
    db.session.commit()
