"""When the failed codes of a run are retried, and what a dealer can do about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from flask import current_app
from sqlalchemy import select

from webapp.core import clock
from webapp.core.enums import CODE_TRIES, PASSING_ERRORS, RETRIED_TRIGGERS, STORED_TRIGGERS
from webapp.core.run_states import PROBLEM_STATES, RunItemState
from webapp.extensions import db
from webapp.models import Configuration, Run, RunItem
from webapp.runs.next_run import next_run
from webapp.web import times

_UNCHANGED: Final = "No changes for this code."
_BY_USER: Final = {
    "account": f"{_UNCHANGED} Check your credentials, then queue another update.",
    "other_dealer": f"{_UNCHANGED} Retrying in the next scheduled update.",
    "old_data": f"{_UNCHANGED} Retrying in the next scheduled update.",
}


def retry_run_at(run: Run) -> datetime | None:
    """Return when a retry run for the failed codes of an ended run is due, in UTC; None if none follows."""
    minutes = current_app.config["RETRY_AFTER_MINUTES"]
    is_last = run.retry_number >= len(minutes) or run.trigger not in RETRIED_TRIGGERS
    if is_last or run.finished_at is None or run.status not in PROBLEM_STATES:
        return None
    return run.finished_at + timedelta(minutes=minutes[run.retry_number])


@dataclass(frozen=True)
class CodeRetries:
    """When the failed codes of a run are retried.

    `at` is the time of the next retry or scheduled run, in UTC; None if there is none. `is_followed`: a later
    run of the dealer exists.
    """

    run: Run
    at: datetime | None
    is_followed: bool

    @classmethod
    def of(cls, run: Run, configuration: Configuration) -> CodeRetries:
        """Return the current outlook of a run; `configuration` is its dealer's."""
        later = select(Run.id).where(Run.dealer_id == run.dealer_id, Run.id > run.id)
        later = later.where(Run.trigger.not_in(STORED_TRIGGERS)).limit(1)
        if run.is_active or db.session.scalar(later) is not None:
            return cls(run, None, is_followed=not run.is_active)
        scheduled = next_run(run.dealer, configuration, run)
        at = retry_run_at(run) if configuration.enabled else None
        return cls(run, at if at and (scheduled is None or at < scheduled) else scheduled, is_followed=False)

    def retries(self, item: RunItem) -> bool:
        """Return whether a failed code of this active run is retried by it, after its other codes."""
        is_failed = item.status == RunItemState.FAILED and item.error_kind in PASSING_ERRORS
        return self.run.is_active and is_failed and item.tries < CODE_TRIES

    def remedy(self, item: RunItem) -> str:
        """Return what happens to a failed code, or what a dealer can do; empty for any other."""
        if item.status != RunItemState.FAILED:
            return ""
        if item.error_kind in _BY_USER:
            return _BY_USER[item.error_kind]
        if self.run.is_active:
            return f"{_UNCHANGED} {'Retrying after the other codes' if self.retries(item) else _LATER}."
        if self.is_followed:
            return f"{_UNCHANGED} Later updates retried it."
        if self.at is None:
            return f"{_UNCHANGED} Queue another update to try again."
        when = "in a moment" if self.at <= clock.now() else times.at(self.at, self.run.dealer.zone)
        return f"{_UNCHANGED} Retrying {when}."


_LATER: Final = "Retrying in a later update"
