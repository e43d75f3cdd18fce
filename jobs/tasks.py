"""The doors that the queues knock at: ids in, claim, call, end. Each is harmless when delivered twice."""

from __future__ import annotations

import structlog
from flask import current_app

from jobs import heartbeat, stopping
from jobs.sync import connecting, engine, held, journal, remaking
from jobs.sync.check import check_credentials as validate
from jobs.sync.tick import tick as _tick
from webapp import catalog_uploads, housekeeping, periodic, runs
from webapp.extensions import db
from webapp.models import CatalogImport, Run
from webapp.storage import StorageError
from webapp.webstore import outbox

log = structlog.get_logger(__name__)


def tick() -> None:
    """Every minute: start what is due, find what was forgotten."""
    _tick()
    periodic.done(periodic.TICK)
    heartbeat.send()


def sync_run(run_id: int) -> None:
    """Carry out a run, or as much of it as this worker is given time for."""
    seconds = current_app.config["RUN_SLICE_SECONDS"]
    around = engine.Surroundings(
        connecting.connect, stopping.requested, applied=_wake_index, slice_seconds=seconds
    )
    try:
        engine.execute(run_id, around)
    except (journal.Stopped, journal.GaveWay):
        runs.wake(db.session.get_one(Run, run_id))
    except journal.Lost as lost:
        log.warning("run.lost", run=run_id, reason=str(lost))


def check_credentials(dealer_id: int, number: int) -> None:
    """Validate a dealer's credentials."""
    validate(dealer_id, number, connecting.connect)


def import_catalog(import_id: int) -> None:
    """Carry out the import of an uploaded catalog file."""
    try:
        catalog_uploads.carry_out(import_id, stopping.requested)
    except catalog_uploads.Stopped:
        catalog_uploads.wake(db.session.get_one(CatalogImport, import_id))


def keep_house() -> None:
    """Every hour: delete what is older than it is kept for."""
    housekeeping.keep_house(stopping.requested, stopping.pause)
    periodic.done(periodic.KEEP_HOUSE)


def sweep_storage() -> None:
    """Every day: remove files that belong to nothing."""
    housekeeping.sweep_storage(stopping.requested)
    periodic.done(periodic.SWEEP_STORAGE)


def clear_held(clearing_id: int) -> None:
    """Carry out a clearing that was held, as a person decided."""
    if held.carry_out(clearing_id):
        _wake_index()


def make_reports(run_id: int) -> None:
    """Make the reports that a run ended without."""
    try:
        remaking.make_reports(run_id)
    except StorageError as error:
        log.error("report.refused", run=run_id, error=str(error))


def drain_index() -> None:
    """Bring the webstore's search index up to date."""
    outbox.drain()


def _wake_index() -> None:
    outbox.wake()
