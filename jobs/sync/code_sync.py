"""Fetches and applies the codes of a run one after the other, with retries.

A failed code does not stop the others (R11). Whatever the database refuses is retried after pauses.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import structlog
from flask import current_app

from jobs.concurrency import sleep
from jobs.reports.lines import RenderedLines
from jobs.sources.source import SourceError
from jobs.sync import database_retry, lease, refusals, rules
from jobs.sync.applying.apply import apply
from jobs.sync.code_record import Record
from jobs.sync.code_result import APPLIED, CodeResult, failed, not_tried
from jobs.sync.dealer_session import DealerSession
from jobs.sync.fetch import Progress, pull
from jobs.sync.heartbeat import Heartbeat
from jobs.sync.interruption import Interruption, RunInterrupted
from jobs.sync.preemption import Preemption
from jobs.sync.prefetch import Prefetch, Service
from jobs.sync.run_context import RunContext
from jobs.sync.run_outcome import RunOutcome, outcome_of
from webapp.core.run_states import UNFINISHED_ITEM_STATES, RunItemState
from webapp.extensions import db
from webapp.models import Run, RunItem

log = structlog.get_logger(__name__)

T = TypeVar("T")

UNEXPECTED = "Something went wrong on our side while this code was being updated; nothing of it was changed."
DATABASE_REFUSED = (
    "Our database could not take this code's parts; nothing of it was changed. It is tried again later."
)
REMOVED = "Not tried: the code was removed from the list while the run was under way."
TRIES = 2


class CodeSync:
    """Syncs the codes of one run under one lease."""

    def __init__(
        self,
        run_lease: lease.Lease,
        run: Run,
        context: RunContext,
        heartbeat: Heartbeat,
        rendered: RenderedLines,
    ) -> None:
        self._lease = run_lease
        self._run = run
        self._context = context
        self._heartbeat = heartbeat
        self._rendered = rendered
        self._session = DealerSession(run.dealer_id, context.connect)
        self._codes = {item.id: item.supplier_code for item in run.items}
        self._item_ids = [item.id for item in run.items if item.status in UNFINISHED_ITEM_STATES]
        self._record = Record(run_lease, run, context.tell)
        self._progress = Progress(run_lease)
        self._prefetch_decided_for: int | None = None
        self._prefetch = Prefetch(run, self._item_ids, self._while_waiting)
        service = self._session.service
        self._preemption = Preemption(run_lease, run.dealer_id, context.slice_seconds, lambda: service()[0])

    def sync(self) -> RunOutcome:
        """Sync the codes that are left and return the run's outcome.

        Raises RunInterrupted if the run ends before its last code, or this worker leaves it.
        """
        try:
            for item_id in self._item_ids:
                self._preemption.before_code()
                self._sync_code(item_id)
            self._retry_failed()
        finally:
            self._prefetch.abandon()
        outcome = outcome_of(lease.load(self._lease))
        db.session.commit()
        return outcome

    def _retry_failed(self) -> None:
        """Retry failed codes once after the last code: the service may have recovered."""
        items = lease.load(self._lease).items
        failed_ids = [item.id for item in items if item.status == RunItemState.FAILED and _is_retryable(item)]
        db.session.commit()
        if failed_ids:
            sleep(current_app.config["CODE_RETRY_SECONDS"], self._heartbeat)
        for item_id in failed_ids:
            self._sync_code(item_id)

    def _sync_code(self, item_id: int) -> None:
        """Sync one code and record its result. Raises RunInterrupted if the run ends with it."""
        with structlog.contextvars.bound_contextvars(code=self._codes[item_id]):
            result = self._final_result(item_id)
            if result.state is not RunItemState.SUCCEEDED:
                self._with_retries(partial(self._record.unsuccessful, item_id, result))
            if result.ends is not None:
                raise result.ends

    def _final_result(self, item_id: int) -> CodeResult:
        try:
            return self._result(item_id)
        except lease.REFUSED:
            return failed("database", DATABASE_REFUSED)
        except RunInterrupted as interrupted:
            if interrupted.reason is not Interruption.OUT_OF_TIME:
                raise
            return failed("out_of_time", str(interrupted), ends=interrupted)

    def _result(self, item_id: int) -> CodeResult:
        """Try a code; if the login is refused and another was saved since, try it again at once."""
        while True:
            try:
                return self._with_retries(lambda: self._try_code(item_id))
            except SourceError as error:
                result = self._with_retries(partial(self._refused, error))
                if result is not None:
                    return result
                log.info("login.renewed")

    def _with_retries(self, step: Callable[[], T]) -> T:
        return database_retry.with_retries(step, self._heartbeat)

    def _try_code(self, item_id: int) -> CodeResult:
        try:
            return self._fetch_and_apply(item_id)
        except (RunInterrupted, SourceError, *lease.REFUSED):
            raise
        except Exception:
            log.exception("item.crashed")
            db.session.rollback()
            return failed("internal", UNEXPECTED)

    def _refused(self, error: SourceError) -> CodeResult | None:
        """Return the result of an error of the service; None if another login was saved since."""
        if error.status == refusals.LOGIN_REFUSED and self._session.is_renewed():
            return None
        sentence = refusals.sentence_of(error, self._run.dealer_id)
        db.session.commit()
        ends = RunInterrupted(Interruption.ACCOUNT_REFUSED, sentence) if error.account_wide else None
        return failed(error.kind, sentence, error, ends)

    def _fetch_and_apply(self, item_id: int) -> CodeResult:
        item = db.session.get_one(RunItem, item_id, populate_existing=True)
        if item.status == RunItemState.SUCCEEDED:
            # An earlier try committed; only the confirmation of the commit, or a later step, failed.
            db.session.commit()
            return APPLIED
        if not self._session.lists(item.code_key):
            return not_tried(REMOVED)
        service = self._session.service()
        pages = self._prefetch.pages(item, service)

        def begin_next() -> None:
            self._begin_next(item_id, service)

        received = pull(
            self._lease,
            self._run,
            item,
            pages,
            self._after_page,
            begin_next,
            self._context.tell,
            self._progress,
        )
        try:
            self._heartbeat()
            begin_next()
            apply(self._lease, self._run, item, received, self._rendered)
        finally:
            received.close()
        self._after_commit(item)
        return APPLIED

    def _after_commit(self, item: RunItem) -> None:
        self._record.connected()
        db.session.refresh(item)
        self._context.tell(_summary(item))
        log.info("item.applied", synced=item.synced, kept=item.kept, changed=item.changed, held=item.held)
        db.session.commit()
        self._context.applied()

    def _begin_next(self, item_id: int, service: Service) -> None:
        """Decide once per code whether to prefetch the first page of the next one."""
        if self._prefetch_decided_for != item_id:
            self._prefetch_decided_for = item_id
            if not self._preemption.is_due():
                self._prefetch.begin_after(item_id, service)

    def _while_waiting(self) -> None:
        self._heartbeat()
        self._progress.write_if_due()
        self._preemption.while_waiting()

    def _after_page(self) -> None:
        self._preemption.got_page()
        self._heartbeat()


def _is_retryable(item: RunItem) -> bool:
    return item.tries < TRIES and item.error_kind in rules.PASSING


def _summary(item: RunItem) -> str:
    return (
        f"{item.supplier_code}: fetched {item.fetched}, synced {item.synced}, skipped {item.skipped}, "
        f"kept {item.kept}, cleared {item.cleared}, changed {item.changed} products"
    ) + f", held {item.held}" * bool(item.held)
