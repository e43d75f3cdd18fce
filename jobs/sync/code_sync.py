"""Fetches and applies the codes of a run one after the other, with retries.

A failed code does not stop the others (R11). If the database refuses a write, the code is retried at once.
"""

from __future__ import annotations

import structlog
from flask import current_app

from jobs.concurrency import sleep
from jobs.reports import PrerenderedReports
from jobs.sources.source import SourceError
from jobs.sync import lease, refusals, rules, run_items
from jobs.sync.apply import apply
from jobs.sync.code_result import APPLIED, DATABASE, LOGIN_RENEWED, CodeResult, failed, not_tried
from jobs.sync.dealer_session import DealerSession
from jobs.sync.fetch import pull
from jobs.sync.heartbeat import Heartbeat
from jobs.sync.interruption import Interruption, RunInterrupted
from jobs.sync.preemption import Preemption
from jobs.sync.prefetch import Prefetch, Service
from jobs.sync.run_context import RunContext
from jobs.sync.run_outcome import RunOutcome, outcome_of
from webapp.core.run_states import UNFINISHED_ITEM_STATES, RunItemState
from webapp.extensions import db
from webapp.lightspeed import configurations
from webapp.models import Configuration, Run, RunItem, SupplierCode

log = structlog.get_logger(__name__)

UNEXPECTED = "Something went wrong on our side while this code was being updated; nothing of it was changed."
DATABASE_REFUSED = (
    "Our database could not take this code's parts; nothing of it was changed. It is tried again later."
)
REMOVED = "Not tried: the code was removed from the list while the run was under way."
SWITCHED_OFF = "Lightspeed 3PA/Data Warehouse was switched off while the run was under way."
# Seconds before a refused write is retried: a lock, a deadlock, a restart of the database server.
DATABASE_PAUSES = (1.0, 5.0, 15.0)
TRIES = 2
LOGIN_REFUSED = 401


class CodeSync:
    """Syncs the codes of one run under one lease."""

    def __init__(
        self,
        run_lease: lease.Lease,
        run: Run,
        context: RunContext,
        heartbeat: Heartbeat,
        prerendered: PrerenderedReports,
    ) -> None:
        self._lease = run_lease
        self._run = run
        self._context = context
        self._heartbeat = heartbeat
        self._prerendered = prerendered
        self._session = DealerSession(run.dealer_id, context.connect)
        self._item_ids = [item.id for item in run.items if item.status in UNFINISHED_ITEM_STATES]
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
        """Sync one code and store its result. Raises RunInterrupted if the run ends with it."""
        code = db.session.get_one(RunItem, item_id, populate_existing=True).supplier_code
        with structlog.contextvars.bound_contextvars(code=code):
            try:
                result = self._with_retries(item_id)
            except RunInterrupted as interrupted:
                if interrupted.reason is not Interruption.OUT_OF_TIME:
                    raise
                result = failed("out_of_time", str(interrupted), ends=interrupted)
            if result.state is RunItemState.FAILED:
                self._fail(item_id, code, result)
            elif result.state is RunItemState.NOT_TRIED:
                self._leave_out(item_id, result)
            if result.ends is not None:
                raise result.ends

    def _with_retries(self, item_id: int) -> CodeResult:
        """Retry a code: at once after a new login, with pauses after a refused write."""
        pauses = list(DATABASE_PAUSES)
        while True:
            result = self._try_code(item_id)
            if result.kind == LOGIN_RENEWED:
                log.info("login.renewed")
            elif result.kind == DATABASE and pauses:
                log.warning("database.write_failed", error=result.detail, again_in=pauses[0])
                sleep(pauses.pop(0), self._heartbeat)
            else:
                return result

    def _try_code(self, item_id: int) -> CodeResult:
        try:
            return self._fetch_and_apply(item_id)
        except RunInterrupted:
            raise
        except SourceError as error:
            return self._refused(error)
        except lease.REFUSED as error:
            db.session.rollback()
            return failed(DATABASE, DATABASE_REFUSED)._replace(detail=type(error.orig or error).__name__)
        except Exception:
            log.exception("item.crashed")
            db.session.rollback()
            return failed("internal", UNEXPECTED)

    def _refused(self, error: SourceError) -> CodeResult:
        """Return the result of an error of the service; a login saved since then is tried at once."""
        if error.status == LOGIN_REFUSED and self._session.is_renewed():
            return failed(LOGIN_RENEWED, "")
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
        if not self._is_mapped(item):
            return not_tried(REMOVED)
        service = self._session.service()
        pages = self._prefetch.pages(item, service)

        def begin_next() -> None:
            self._begin_next(item_id, service)

        pull(self._lease, self._run, item, pages, self._after_page, begin_next, self._context.tell)
        self._heartbeat()
        begin_next()
        apply(self._lease, self._run, item)
        self._after_commit(item)
        return APPLIED

    def _after_commit(self, item: RunItem) -> None:
        self._prerendered.begin(item.id)
        self._settle(item)
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
        self._preemption.while_waiting()

    def _after_page(self) -> None:
        self._preemption.got_page()
        self._heartbeat()

    def _is_mapped(self, item: RunItem) -> bool:
        """Return whether the dealer still lists the code. Raises RunInterrupted if 3PA was disabled."""
        dealer_id = self._run.dealer_id
        enabled = db.session.scalar(
            db.select(Configuration.enabled).where(Configuration.dealer_id == dealer_id)
        )
        mapped = db.session.scalar(
            db.select(SupplierCode.id)
            .where(SupplierCode.dealer_id == dealer_id, SupplierCode.code_key == item.code_key)
            .limit(1)
        )
        db.session.commit()
        if not enabled:
            raise RunInterrupted(Interruption.DISABLED, SWITCHED_OFF)
        return mapped is not None

    def _settle(self, item: RunItem) -> None:
        """Record that the credentials work, and delete the reported parts of earlier runs of this code."""
        with lease.transaction(self._lease):
            configurations.record_finding(self._run.dealer_id, None)
            earlier_ids = run_items.earlier_items(self._run.dealer_id, item.code_key, item.id)
            if earlier_ids:
                run_items.drop_parts(earlier_ids)

    def _leave_out(self, item_id: int, result: CodeResult) -> None:
        with lease.transaction(self._lease):
            run_items.leave_out(item_id, result.sentence)

    def _fail(self, item_id: int, code: str, result: CodeResult) -> None:
        with lease.transaction(self._lease):
            if run_items.is_applied(item_id):
                # A step after the commit failed; the next run or the tick repeats it.
                return
            if result.error is not None:
                run_items.count_requests(item_id, result.error)
                if result.error.account_wide:
                    configurations.record_finding(self._run.dealer_id, result.sentence)
            run_items.fail_item(item_id, result.kind, result.sentence)
        log.warning("item.failed", kind=result.kind, sentence=result.sentence)
        self._context.tell(f"{code}: failed: {result.sentence}")


def _is_retryable(item: RunItem) -> bool:
    return item.tries < TRIES and item.error_kind in rules.PASSING


def _summary(item: RunItem) -> str:
    return (
        f"{item.supplier_code}: fetched {item.fetched}, synced {item.synced}, skipped {item.skipped}, "
        f"kept {item.kept}, cleared {item.cleared}, changed {item.changed} products"
    ) + f", held {item.held}" * bool(item.held)
