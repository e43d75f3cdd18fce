"""What happens every minute: start what is due, and find what was forgotten.

Everything here is decided by rows in the database, so a tick may come late, twice, or on two machines.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import select

from jobs.sync import journal
from jobs.sync.again import retry_failed
from jobs.sync.starting import start_due
from webapp import catalog_uploads, clock, configurations, held_clearings, runs
from webapp.extensions import db
from webapp.models import Configuration, Run
from webapp.webstore import outbox

log = structlog.get_logger(__name__)

# A check that has not answered by then was lost with its worker, and is asked for again.
CHECK_LOST_AFTER = timedelta(minutes=2)


def tick() -> None:
    """One round: due slots, runs whose worker died or whose job was lost, unindexed products, lost checks."""
    now = clock.now()
    started = start_due(now) + retry_failed(now)
    woken = wake_forgotten(now)
    for clearing_id in held_clearings.forgotten(now):
        held_clearings.wake(clearing_id)
    for upload in catalog_uploads.forgotten(now):
        catalog_uploads.wake(upload)
    if outbox.pending():
        outbox.wake()
    _check_again(now)
    if started or woken:
        log.info("tick", started=started, woken=woken)


def wake_forgotten(now: datetime) -> int:
    """Tell workers of runs whose worker died, and of queued ones in case Redis forgot them; how many."""
    waiting = db.session.execute(select(Run.id, Run.attempt).where(Run.status == "queued")).all()
    dead = [(run.id, run.attempt) for run in journal.dead_runs(now)]
    return runs.wake_all([*dead, *((run_id, attempt) for run_id, attempt in waiting)])


def _check_again(now: datetime) -> None:
    lost = db.session.scalars(
        select(Configuration).where(
            Configuration.check_state == "checking", Configuration.checked_at < now - CHECK_LOST_AFTER
        )
    )
    for configuration in list(lost):
        configurations.start_check(configuration)
