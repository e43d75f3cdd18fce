"""One run, from lease to finish, in the order of docs/architecture.md."""

from __future__ import annotations

from datetime import timedelta

import structlog
from flask import current_app

from jobs import reports
from jobs.sync import code_sync, lease
from jobs.sync.heartbeat import Heartbeat
from jobs.sync.run_context import RunContext
from jobs.sync.run_plan import RunEnded, open_run
from webapp.core import clock
from webapp.core.run_states import RunState, explanation, with_problem
from webapp.core.storage import StorageError
from webapp.extensions import db
from webapp.models import Run

__all__ = ["RunContext", "execute"]

log = structlog.get_logger(__name__)

CRASHED = "Something went wrong on our side while the update was under way."
TOO_OFTEN = "The update was started {attempts} times and did not come to its end."
# A run that is taken over this often ends its workers, or meets a database that refuses it each time.
MOST_ATTEMPTS = 20


def execute(run_id: int, surroundings: RunContext) -> bool:
    """Claim a run and carry it out; false if it was not there to be claimed.

    Raises journal.Ended where this process is to leave a run that goes on elsewhere, and what the database
    raised where it does not answer: the run then goes on once it does.
    """
    claim = lease.acquire(run_id)
    if claim is None:
        return False
    bound = {"run": run_id, "dealer": lease.dealer_of(claim), "attempt": claim.attempt}
    with structlog.contextvars.bound_contextvars(**bound), reports.prerendering() as drafts:
        _Execution(claim, surroundings, drafts).carry_out()
    return True


class _Execution:
    def __init__(
        self, claim: lease.Lease, surroundings: RunContext, drafts: reports.PrerenderedReports
    ) -> None:
        self._claim = claim
        self._around = surroundings
        self._drafts = drafts

    def carry_out(self) -> None:
        try:
            status, reason = self._to_the_last_code()
            self._end(status, reason)
        except lease.Stopped:
            lease.release(self._claim)
            raise
        except lease.Yielded as gave_way:
            lease.yield_run(self._claim)
            log.info("run.yielded", reason=str(gave_way))
            raise
        except lease.Ended:
            raise
        except lease.REFUSED:
            self._leave_for_later()
            raise
        except Exception:
            log.exception("run.crashed")
            db.session.rollback()
            status, _ = code_sync.outcome(lease.load(self._claim))
            missing = not reports.are_recorded(self._claim.run_id)
            lease.finish(self._claim, with_problem(status), CRASHED, reports_missing=missing)

    def _to_the_last_code(self) -> tuple[RunState, str | None]:
        if self._claim.broken_off > MOST_ATTEMPTS:
            return RunState.FAILED, TOO_OFTEN.format(attempts=MOST_ATTEMPTS)
        try:
            run = open_run(self._claim)
            return code_sync.CodeSync(
                self._claim, run, self._around, self._pulse_of(run), self._drafts
            ).sync()
        except RunEnded as over:
            return over.status, over.reason
        except lease.Cancelled:
            return RunState.CANCELLED, None

    def _pulse_of(self, run: Run) -> Heartbeat:
        """From the first start on, however often the run was taken over, but for its waits for others."""
        minutes, waited = current_app.config["RUN_MINUTES"], timedelta(seconds=run.gave_way_seconds)
        until = (run.started_at or clock.now()) + timedelta(minutes=minutes) + waited
        db.session.commit()
        return Heartbeat(self._claim, self._around.should_stop, until=until)

    def _leave_for_later(self) -> None:
        """Let the next tick find the run at once, if the database answers again; else its heartbeat tells."""
        try:
            db.session.rollback()
            lease.release(self._claim)
        except lease.REFUSED as error:
            log.warning("run.release_failed", error=type(error).__name__)

    def _end(self, status: RunState, reason: str | None) -> None:
        missing = status is not RunState.SKIPPED and not self._write_reports()
        status = with_problem(status) if missing else status
        lease.finish(self._claim, status, reason, reports_missing=missing)
        log.info("run.finished", status=status, reason=reason, reports_missing=missing)
        said = explanation(reason, missing)
        self._around.tell(f"run {self._claim.run_id} {status}" + (f": {said}" if said else ""))

    def _write_reports(self) -> bool:
        """R18: false if storage refused them; stock that was applied stays applied."""
        if self._claim.broken_off > MOST_ATTEMPTS:
            # Writing the reports may be what ended each attempt.
            return False
        db.session.commit()
        # A long report must not look like a dead worker; it is written also for a run that was cancelled.
        pulse = Heartbeat(self._claim, even_cancelled=True)
        try:
            written = reports.write(self._claim.run_id, self._claim.attempt, pulse, self._drafts)
        except StorageError as error:
            log.error("report.refused", error=str(error))
            return False
        with lease.transaction(self._claim, even_cancelled=True):
            reports.record(self._claim.run_id, written)
        return True
