"""Tick, once a minute: starts due runs, and enqueues lost jobs again.

All decisions depend on rows in the database only, so a tick may run late, twice, or on two machines.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import structlog
from rq.timeouts import BaseTimeoutException
from sqlalchemy import and_, or_, select

from jobs import targets
from jobs.sync import alias_runs, held_runs, lease
from jobs.sync.dispatch import start_due
from jobs.sync.retry import retry_failed
from webapp.catalog import uploads
from webapp.code_discovery import outdated_suggestions, scans, weekly_scans
from webapp.core import clock
from webapp.core.run_states import RunState
from webapp.extensions import db
from webapp.freezes import freezing, reminders
from webapp.lightspeed import configurations
from webapp.locks import locking
from webapp.models import Configuration, Run
from webapp.previews import requests
from webapp.runs import held_clearings, lifecycle

log = structlog.get_logger(__name__)

# A check without a result after this time was lost with its worker, and is started again.
CHECK_LOST_AFTER = timedelta(minutes=2)
# A dealer that was never connected has no scheduled runs that would detect that its login works now.
CHECK_REFUSED_AGAIN_AFTER = timedelta(hours=6)


class TickFailed(Exception):
    """Raised when steps of a tick failed, after all others; each failure was logged."""


def tick() -> None:
    """Run all steps; raises TickFailed at the end if any failed.

    The steps are independent: one that fails repeatedly must not block the others. The tick still counts
    as failed.
    """
    now = clock.now()
    counts = {name: _run_step(name, step, now) for name, step in STEPS}
    if counts["start_due"] or counts["retry_failed"] or counts["wake_stalled"]:
        started = (counts["start_due"] or 0) + (counts["retry_failed"] or 0)
        log.info("tick.finished", started=started, woken=counts["wake_stalled"] or 0)
    failed = [name for name, count in counts.items() if count is None]
    if failed:
        raise TickFailed(", ".join(failed))


def _run_step(name: str, step: Callable[[datetime], int], now: datetime) -> int | None:
    """Run a step and return its count; None if it failed."""
    try:
        return step(now)
    except BaseTimeoutException:
        # The timeout of the whole job, not of the step.
        raise
    except Exception:
        log.exception("tick.step_failed", step=name)
        db.session.rollback()
        return None


def wake_stalled(now: datetime) -> int:
    """Enqueue runs whose worker died, and queued runs in case Redis lost their jobs; return their number."""
    queued = db.session.execute(select(Run.id, Run.attempt).where(Run.status == RunState.QUEUED)).all()
    dead = [(run.id, run.attempt) for run in lease.dead_runs(now)]
    return lifecycle.enqueue_jobs([*dead, *((run_id, attempt) for run_id, attempt in queued)])


def _wake_clearings(now: datetime) -> int:
    """Enqueue held clearings again that were approved but not carried out."""
    clearing_ids = list(held_clearings.stalled(now))
    for clearing_id in clearing_ids:
        held_clearings.enqueue_job(clearing_id)
    return len(clearing_ids)


def _wake_imports(now: datetime) -> int:
    """Enqueue catalog imports again whose jobs were lost."""
    stalled = list(uploads.stalled(now))
    for upload in stalled:
        uploads.enqueue_job(upload)
    return len(stalled)


def _wake_index(_now: datetime) -> int:
    """Enqueue a drain of the outbox if it has entries."""
    return targets.notify_pending()


def _wake_scans(now: datetime) -> int:
    """Enqueue scans for unmapped codes that wait, unless the dealer has a run."""
    return scans.enqueue_jobs(scans.waiting(now))


def _wake_previews(now: datetime) -> int:
    """Enqueue previews that wait, unless the dealer has a run, and delete old ones."""
    requests.delete_old(now)
    return requests.enqueue_jobs(requests.waiting(now))


def _suggest_again(_now: datetime) -> int:
    """Enqueue dealers whose suggested mappings are of an earlier catalog."""
    return outdated_suggestions.enqueue_jobs()


def _check_again(now: datetime) -> int:
    """Start checks again whose worker was lost, or that failed for a dealer without scheduled runs."""
    lost = and_(Configuration.check_state == "checking", Configuration.checked_at < now - CHECK_LOST_AFTER)
    refused = and_(
        Configuration.enabled,
        Configuration.ready_since.is_(None),
        Configuration.check_state == "refused",
        Configuration.checked_at < now - CHECK_REFUSED_AGAIN_AFTER,
    )
    due = list(db.session.scalars(select(Configuration).where(or_(lost, refused))))
    for configuration in due:
        configurations.start_check(configuration)
    return len(due)


STEPS: Final[tuple[tuple[str, Callable[[datetime], int]], ...]] = (
    # First, so that runs find them ended.
    ("expire_locks", locking.expire),
    ("start_due", start_due),
    ("retry_failed", retry_failed),
    ("end_freezes", freezing.end_due),
    ("remind_of_freezes", reminders.queue_due),
    ("start_alias_runs", alias_runs.start_pending),
    ("start_held_runs", held_runs.start_due),
    ("wake_stalled", wake_stalled),
    ("wake_clearings", _wake_clearings),
    ("wake_imports", _wake_imports),
    ("wake_index", _wake_index),
    ("start_weekly_scans", weekly_scans.start_due),
    ("wake_scans", _wake_scans),
    ("wake_previews", _wake_previews),
    ("suggest_again", _suggest_again),
    ("check_again", _check_again),
)
