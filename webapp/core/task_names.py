"""Closed list of task names that a job in Redis may have; each is a function of `jobs.tasks`.

Workers run nothing else, whatever is written into Redis (webapp/core/task_jobs.py).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

MODULE: Final = "jobs.tasks"


class Task(StrEnum):
    """Dotted name of each task."""

    TICK = "jobs.tasks.tick"
    SYNC_RUN = "jobs.tasks.sync_run"
    CHECK_CREDENTIALS = "jobs.tasks.check_credentials"
    IMPORT_CATALOG = "jobs.tasks.import_catalog"
    PURGE_EXPIRED = "jobs.tasks.purge_expired"
    PURGE_ORPHAN_FILES = "jobs.tasks.purge_orphan_files"
    CLEAR_HELD = "jobs.tasks.clear_held"
    MAKE_REPORTS = "jobs.tasks.make_reports"
    ASK_FOR_PART = "jobs.tasks.ask_for_part"
    SCAN_CODES = "jobs.tasks.scan_codes"
    PLAN_PREVIEW = "jobs.tasks.plan_preview"
    SUGGEST_CODES = "jobs.tasks.suggest_codes"
    DRAIN_INDEX = "jobs.tasks.drain_index"
