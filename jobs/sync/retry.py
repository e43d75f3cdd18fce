"""Starts retry runs for the failed codes of a run after a backoff, a limited number of times."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog
from flask import current_app
from sqlalchemy import select

from webapp.core.enums import PASSING_ERRORS, RETRIED_TRIGGERS
from webapp.core.run_states import PROBLEM_STATES, RunItemState
from webapp.extensions import db
from webapp.models import Configuration, RecentRuns, Run, RunItem, SupplierCode
from webapp.runs import code_retries, lifecycle

log = structlog.get_logger(__name__)

# Runs that ended longer ago were followed by a slot.
MAX_AGE = timedelta(hours=6)


def retry_failed(now: datetime) -> int:
    """Start a retry run for each dealer whose backoff is over; return their number."""
    retried = 0
    for run in _due(now):
        started = lifecycle.start(run.dealer, "retry", anyway=run.anyway, retry_of=run)
        retried += started.created
    if retried:
        log.info("run.retried", runs=retried)
    return retried


def _due(now: datetime) -> Iterator[Run]:
    """Yield dealers' last runs with failed codes that are retryable and due."""
    minutes = current_app.config["RETRY_AFTER_MINUTES"]
    if not minutes:
        return
    retryable = select(RunItem.id).where(
        RunItem.run_id == Run.id,
        RunItem.status == RunItemState.FAILED,
        RunItem.error_kind.in_(PASSING_ERRORS),
    )
    mapped = select(SupplierCode.id).where(SupplierCode.dealer_id == Run.dealer_id)
    query = (
        select(Run)
        .join(RecentRuns, RecentRuns.last_id == Run.id)
        .join(Configuration, Configuration.dealer_id == Run.dealer_id)
        .where(
            RecentRuns.last_status.in_(PROBLEM_STATES),
            Run.trigger.in_(RETRIED_TRIGGERS),
            Run.retry_number < len(minutes),
            Run.finished_at > now - MAX_AGE,
            Run.finished_at <= now - timedelta(minutes=min(minutes)),
            Configuration.enabled,
            retryable.exists(),
            mapped.exists(),
        )
    )
    for run in list(db.session.scalars(query)):
        due = code_retries.retry_run_at(run)
        if due is not None and due <= now:
            yield run
