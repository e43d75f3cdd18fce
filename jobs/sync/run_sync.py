"""Executes one run, from lease to finish, in the order of docs/architecture.md."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

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
from webapp.coverage import recording
from webapp.extensions import db
from webapp.models import Run

__all__ = ["RunContext", "execute"]

log = structlog.get_logger(__name__)

CRASHED = "Something went wrong on our side during this update."
TOO_OFTEN = "The update was started {attempts} times but never finished."
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
    log_context = {"run": run_id, "dealer": run_lease.dealer_id, "attempt": run_lease.attempt}
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
            planned = open_run(self._lease)
            heartbeat = self._heartbeat_of(planned.run)
            return code_sync.CodeSync(self._lease, planned, self._context, heartbeat, self._rendered).sync()
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
        files = [] if state is RunState.SKIPPED else self._write_reports()
        missing = files is None
        state = with_problem(state) if missing else state
        record = partial(reports.record, self._lease.run_id, files) if files else lambda: None
        lease.finish(self._lease, state, reason, reports_missing=missing, also=record)
        log.info("run.finished", status=state, reason=reason, reports_missing=missing)
        sentence = explanation(reason, missing)
        self._context.tell(f"run {self._lease.run_id} {state}" + (f": {sentence}" if sentence else ""))
        if state is not RunState.SKIPPED:
            self._record_coverage()

    def _record_coverage(self) -> None:
        """Record how much is online now. Without it, the run is as good: the next one records it."""
        try:
            recording.record(self._lease.run_id)
        except Exception:
            db.session.rollback()
            log.exception("coverage.crashed")

    def _write_reports(self) -> list[reports.Written] | None:
        """Write both reports; None if they are missing. Applied stock stays applied (R18)."""
        if self._lease.broken_off > MOST_ATTEMPTS:
            # Writing the reports may have killed the worker in each attempt. A run without a plan has none.
            return [] if lease.load(self._lease).settings is None else None
        db.session.commit()
        # Without a heartbeat, a long report would look like a dead worker. Cancelled runs have reports too.
        heartbeat = Heartbeat(self._lease, even_cancelled=True)
        try:
            return reports.write(self._lease.run_id, self._lease.attempt, heartbeat, self._rendered)
        except StorageError as error:
            log.error("report.refused", error=str(error))
            return None
