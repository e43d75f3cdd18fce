"""Executes one run, from lease to finish, in the order of docs/architecture.md."""

from __future__ import annotations

from datetime import timedelta

import structlog
from flask import current_app

from jobs import reports
from jobs.sync import code_sync, lease
from jobs.sync.heartbeat import Heartbeat
from jobs.sync.interruption import Interruption, RunInterrupted
from jobs.sync.run_context import RunContext
from jobs.sync.run_outcome import RunOutcome, incomplete_state, outcome_after
from jobs.sync.run_plan import open_run
from webapp.core import clock
from webapp.core.run_states import RunState, explanation, with_problem
from webapp.core.storage import StorageError
from webapp.extensions import db
from webapp.models import Run

__all__ = ["RunContext", "execute"]

log = structlog.get_logger(__name__)

CRASHED = "Something went wrong on our side while the update was under way."
TOO_OFTEN = "The update was started {attempts} times and did not come to its end."
# A run that is taken over this often kills its workers, or the database refuses its writes each time.
MOST_ATTEMPTS = 20


def execute(run_id: int, context: RunContext) -> bool:
    """Lease a run and execute it; false if it could not be leased.

    Raises RunInterrupted if this process leaves the run and it continues elsewhere, and the database's error
    if the database does not answer: the run then continues once it does.
    """
    run_lease = lease.acquire(run_id)
    if run_lease is None:
        return False
    log_context = {"run": run_id, "dealer": lease.dealer_of(run_lease), "attempt": run_lease.attempt}
    db.session.commit()
    with structlog.contextvars.bound_contextvars(**log_context), reports.rendering() as rendered:
        _Execution(run_lease, context, rendered).execute()
    return True


class _Execution:
    def __init__(self, run_lease: lease.Lease, context: RunContext, rendered: reports.RenderedLines) -> None:
        self._lease = run_lease
        self._context = context
        self._rendered = rendered

    def execute(self) -> None:
        try:
            self._end(self._outcome())
        except RunInterrupted:
            raise
        except lease.REFUSED:
            self._leave_for_later()
            raise
        except Exception:
            log.exception("run.crashed")
            self._end_crashed()

    def _outcome(self) -> RunOutcome:
        if self._lease.broken_off > MOST_ATTEMPTS:
            return RunOutcome(RunState.FAILED, TOO_OFTEN.format(attempts=MOST_ATTEMPTS))
        try:
            run = open_run(self._lease)
            heartbeat = self._heartbeat_of(run)
            return code_sync.CodeSync(self._lease, run, self._context, heartbeat, self._rendered).sync()
        except RunInterrupted as interrupted:
            return self._handle(interrupted)

    def _handle(self, interrupted: RunInterrupted) -> RunOutcome:
        """Return the outcome of a run that ends here; release one that continues elsewhere, and reraise."""
        if not interrupted.continues_elsewhere:
            outcome = outcome_after(interrupted, lease.load(self._lease))
            db.session.commit()
            return outcome
        if interrupted.reason is Interruption.SHUTDOWN:
            lease.release(self._lease)
        elif interrupted.reason is Interruption.YIELDED:
            lease.yield_run(self._lease)
            log.info("run.yielded", reason=str(interrupted))
        raise interrupted

    def _heartbeat_of(self, run: Run) -> Heartbeat:
        """Return a heartbeat with a time limit that starts at the first start and excludes yielded time."""
        minutes, waited = current_app.config["RUN_MINUTES"], timedelta(seconds=run.yielded_seconds)
        until = (run.started_at or clock.now()) + timedelta(minutes=minutes) + waited
        db.session.commit()
        return Heartbeat(self._lease, self._context.should_stop, until=until)

    def _leave_for_later(self) -> None:
        """Release the run if the database answers again; if not, its heartbeat times out."""
        try:
            db.session.rollback()
            lease.release(self._lease)
        except lease.REFUSED as error:
            log.warning("run.release_failed", error=type(error).__name__)

    def _end_crashed(self) -> None:
        db.session.rollback()
        run = lease.load(self._lease)
        is_planned = run.settings is not None
        state = incomplete_state(run) if is_planned else RunState.FAILED
        missing = is_planned and not reports.are_recorded(run.id)
        lease.finish(self._lease, state, CRASHED, reports_missing=missing)

    def _end(self, outcome: RunOutcome) -> None:
        state, reason = outcome
        missing = state is not RunState.SKIPPED and not self._write_reports()
        state = with_problem(state) if missing else state
        lease.finish(self._lease, state, reason, reports_missing=missing)
        log.info("run.finished", status=state, reason=reason, reports_missing=missing)
        sentence = explanation(reason, missing)
        self._context.tell(f"run {self._lease.run_id} {state}" + (f": {sentence}" if sentence else ""))

    def _write_reports(self) -> bool:
        """Write both reports; false if they are missing. Applied stock stays applied (R18)."""
        if self._lease.broken_off > MOST_ATTEMPTS:
            # Writing the reports may have killed the worker in each attempt. A run without a plan has none.
            return lease.load(self._lease).settings is None
        db.session.commit()
        # Without a heartbeat, a long report would look like a dead worker. Cancelled runs have reports too.
        heartbeat = Heartbeat(self._lease, even_cancelled=True)
        try:
            files = reports.write(self._lease.run_id, self._lease.attempt, heartbeat, self._rendered)
        except StorageError as error:
            log.error("report.refused", error=str(error))
            return False
        with lease.transaction(self._lease, even_cancelled=True):
            reports.record(self._lease.run_id, files)
        return True
