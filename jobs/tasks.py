"""RQ entry points. All are idempotent."""

from __future__ import annotations

import structlog
from flask import current_app

from jobs import shutdown, targets
from jobs.discovery import scan_codes as scan
from jobs.previews import plan_preview as previews
from jobs.processes import tick_monitor
from jobs.sync import check, clearing_guard, client_factory, live_part, regenerate_reports, run_sync
from jobs.sync.interruption import Interruption, RunInterrupted
from jobs.sync.tick import tick as _tick
from jobs.targets.search_index import SearchIndexTarget
from webapp.catalog import uploads
from webapp.code_discovery import outdated_suggestions
from webapp.core.storage import StorageError
from webapp.explain import live_requests
from webapp.extensions import db
from webapp.lightspeed import configurations
from webapp.models import CatalogImport, Run
from webapp.operations import housekeeping
from webapp.runs import lifecycle
from webapp.web import job_heartbeats

log = structlog.get_logger(__name__)


def tick() -> None:
    """Start due runs and enqueue unfinished work, every minute."""
    _tick()
    job_heartbeats.record_completion(job_heartbeats.TICK)
    tick_monitor.send()


def sync_run(run_id: int) -> None:
    """Run a sync until it ends, yields, or its time slice is over."""
    try:
        run_sync.execute(run_id, _context())
    except RunInterrupted as interrupted:
        if interrupted.reason is Interruption.LEASE_LOST:
            log.warning("run.lost", run=run_id, reason=str(interrupted))
        else:
            lifecycle.enqueue_job(db.session.get_one(Run, run_id))


def _context() -> run_sync.RunContext:
    seconds = current_app.config["RUN_SLICE_SECONDS"]
    return run_sync.RunContext(
        client_factory.connect, shutdown.requested, applied=targets.notify_all, slice_seconds=seconds
    )


def check_credentials(dealer_id: int, number: int) -> None:
    """Validate a dealer's credentials."""
    try:
        check.check_credentials(dealer_id, number, client_factory.connect, shutdown.requested)
    except check.Stopped:
        configurations.enqueue_check(dealer_id, number)


def import_catalog(import_id: int) -> None:
    """Import an uploaded catalog file."""
    try:
        uploads.process_import(import_id, shutdown.requested)
    except uploads.Stopped:
        uploads.enqueue_job(db.session.get_one(CatalogImport, import_id))


def purge_expired() -> None:
    """Delete data past its retention period, every hour."""
    housekeeping.purge_expired(shutdown.requested, shutdown.pause)
    job_heartbeats.record_completion(job_heartbeats.PURGE_EXPIRED)


def purge_orphan_files() -> None:
    """Remove stored files that no row refers to, every day."""
    housekeeping.purge_orphan_files(shutdown.requested)
    job_heartbeats.record_completion(job_heartbeats.PURGE_ORPHAN_FILES)


def clear_held(clearing_id: int) -> None:
    """Perform a held clearing that a user approved."""
    if clearing_guard.clear_approved(clearing_id):
        targets.notify_all()


def make_reports(run_id: int) -> None:
    """Regenerate the missing reports of a run."""
    try:
        regenerate_reports.make_reports(run_id)
    except StorageError as error:
        log.error("report.refused", run=run_id, error=str(error))


def ask_for_part(request_id: int) -> None:
    """Ask Lightspeed for one part, for a page that waits."""
    try:
        live_part.ask(request_id, client_factory.connect, shutdown.requested)
    except check.Stopped:
        live_requests.enqueue_job(request_id)


def scan_codes(dealer_id: int) -> None:
    """Scan a dealer's stock for unmapped codes, unless runs come first; the tick enqueues it again then."""
    scan.scan_codes(dealer_id, client_factory.connect, shutdown.requested, gives_way=True)


def plan_preview(preview_id: int) -> None:
    """Plan a preview, unless runs come first; the tick enqueues it again then."""
    previews.plan_preview(preview_id, client_factory.connect, shutdown.requested, gives_way=True)


def suggest_codes(dealer_id: int) -> None:
    """Suggest mappings of a dealer's unmapped codes again after a catalog changed."""
    outdated_suggestions.suggest_again(dealer_id)


def drain_index() -> None:
    """Update the webstore's search index."""
    SearchIndexTarget().drain()
