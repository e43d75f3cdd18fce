"""RQ entry points. All are idempotent."""

from __future__ import annotations

import structlog
from flask import current_app

from jobs import shutdown, targets
from jobs.processes import tick_monitor
from jobs.sync import clearing_guard, client_factory, regenerate_reports, run_sync
from jobs.sync.check import check_credentials as validate
from jobs.sync.interruption import Interruption, RunInterrupted
from jobs.sync.tick import tick as _tick
from jobs.targets.search_index import SearchIndexTarget
from webapp.catalog import uploads
from webapp.core.storage import StorageError
from webapp.extensions import db
from webapp.models import CatalogImport, Run
from webapp.operations import housekeeping
from webapp.runs import lifecycle
from webapp.web import job_heartbeats

log = structlog.get_logger(__name__)


def tick() -> None:
    """Every minute: start what is due, find what was forgotten."""
    _tick()
    job_heartbeats.record_completion(job_heartbeats.TICK)
    tick_monitor.send()


def sync_run(run_id: int) -> None:
    """Carry out a run, or as much of it as this worker is given time for."""
    seconds = current_app.config["RUN_SLICE_SECONDS"]
    around = run_sync.RunContext(
        client_factory.connect, shutdown.requested, applied=targets.wake_all, slice_seconds=seconds
    )
    try:
        run_sync.execute(run_id, around)
    except RunInterrupted as interrupted:
        if interrupted.reason is Interruption.LEASE_LOST:
            log.warning("run.lost", run=run_id, reason=str(interrupted))
        else:
            lifecycle.enqueue_job(db.session.get_one(Run, run_id))


def check_credentials(dealer_id: int, number: int) -> None:
    """Validate a dealer's credentials."""
    validate(dealer_id, number, client_factory.connect)


def import_catalog(import_id: int) -> None:
    """Carry out the import of an uploaded catalog file."""
    try:
        uploads.process_import(import_id, shutdown.requested)
    except uploads.Stopped:
        uploads.enqueue_job(db.session.get_one(CatalogImport, import_id))


def purge_expired() -> None:
    """Every hour: delete what is older than it is kept for."""
    housekeeping.purge_expired(shutdown.requested, shutdown.pause)
    job_heartbeats.record_completion(job_heartbeats.PURGE_EXPIRED)


def purge_orphan_files() -> None:
    """Every day: remove files that belong to nothing."""
    housekeeping.purge_orphan_files(shutdown.requested)
    job_heartbeats.record_completion(job_heartbeats.PURGE_ORPHAN_FILES)


def clear_held(clearing_id: int) -> None:
    """Carry out a clearing that was held, as a person decided."""
    if clearing_guard.carry_out(clearing_id):
        targets.wake_all()


def make_reports(run_id: int) -> None:
    """Make the reports that a run ended without."""
    try:
        regenerate_reports.make_reports(run_id)
    except StorageError as error:
        log.error("report.refused", run=run_id, error=str(error))


def drain_index() -> None:
    """Bring the webstore's search index up to date."""
    SearchIndexTarget().drain()
