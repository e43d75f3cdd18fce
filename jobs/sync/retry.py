"""Starts retry runs for the failed codes of a run, some minutes later, a limited number of times."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog
from flask import current_app
from sqlalchemy import select

from jobs.sync import rules
from webapp.core.run_states import PROBLEM_STATES, RunItemState
from webapp.extensions import db
from webapp.models import Configuration, RecentRuns, Run, RunItem, SupplierCode
from webapp.runs import lifecycle

log = structlog.get_logger(__name__)

# What ended longer ago has been followed by a slot.
STILL_OF_USE = timedelta(hours=6)
TRIED_BY_ITSELF = ("scheduled", "manual", "retry")


def retry_failed(now: datetime) -> int:
    """Start a run of each dealer's failed codes for which it is time; how many."""
    retried = 0
    for run in _due(now):
        started = lifecycle.start(run.dealer, "retry", anyway=run.anyway, retry_of=run)
        retried += started.created
    if retried:
        log.info("run.retried", runs=retried)
    return retried


def _due(now: datetime) -> Iterator[Run]:
    """The dealers' last runs, where something failed that may have passed by now."""
    minutes = current_app.config["RETRY_AFTER_MINUTES"]
    if not minutes:
        return
    passing = select(RunItem.id).where(
        RunItem.run_id == Run.id, RunItem.status == RunItemState.FAILED, RunItem.error_kind.in_(rules.PASSING)
    )
    mapped = select(SupplierCode.id).where(SupplierCode.dealer_id == Run.dealer_id)
    ended = (
        select(Run)
        .join(RecentRuns, RecentRuns.last_id == Run.id)
        .join(Configuration, Configuration.dealer_id == Run.dealer_id)
        .where(
            RecentRuns.last_status.in_(PROBLEM_STATES),
            Run.trigger.in_(TRIED_BY_ITSELF),
            Run.retry_number < len(minutes),
            Run.finished_at > now - STILL_OF_USE,
            Run.finished_at <= now - timedelta(minutes=min(minutes)),
            Configuration.enabled,
            passing.exists(),
            mapped.exists(),
        )
    )
    for run in list(db.session.scalars(ended)):
        finished = run.finished_at
        if finished is not None and finished + timedelta(minutes=minutes[run.retry_number]) <= now:
            yield run
