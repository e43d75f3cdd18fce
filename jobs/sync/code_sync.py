"""Fetches and applies the codes of a run one after the other, with retries.

A failed code does not stop the others (R11). Whatever the database refuses is retried after pauses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from functools import partial
from typing import TypeVar

import structlog
from flask import current_app

from jobs.concurrency import sleep
from jobs.reports.lines import RenderedLines
from jobs.sources.source import SourceError
from jobs.sync import code_result, database_retry, lease, old_data, refusals, run_items
from jobs.sync.applying.apply import apply, without_garbage_collection
from jobs.sync.applying.context import RunMappings
from jobs.sync.code_record import Record
from jobs.sync.code_result import APPLIED, CodeResult, failed, not_tried
from jobs.sync.dealer_session import DealerSession, Listing
from jobs.sync.fetch import Progress, Pulled, count_pages, pull
from jobs.sync.heartbeat import Heartbeat
from jobs.sync.interruption import Interruption, RunInterrupted
from jobs.sync.listed_codes import ListedCodes
from jobs.sync.preemption import Preemption
from jobs.sync.prefetch import Prefetch, Service
from jobs.sync.run_context import RunContext
from jobs.sync.run_outcome import RunOutcome, outcome_of
from jobs.sync.run_plan import PlannedRun
from jobs.sync.stored_code import StoredCodes
from webapp.core.enums import STORED_TRIGGERS
from webapp.core.run_states import UNFINISHED_ITEM_STATES, RunItemState
from webapp.extensions import db
from webapp.models import RunItem

log = structlog.get_logger(__name__)

T = TypeVar("T")


class CodeSync:
    """Syncs the codes of one run under one lease."""

    def __init__(
        self,
        run_lease: lease.Lease,
        planned: PlannedRun,
        context: RunContext,
        heartbeat: Heartbeat,
        rendered: RenderedLines,
    ) -> None:
        self._lease = run_lease
        self._run, items = planned
        self._context = context
        self._heartbeat = heartbeat
        self._rendered = rendered
        self._session = DealerSession(self._run.dealer_id, context.connect)
        self._items = {item.id: item for item in items}
        unfinished = [item for item in items if item.status in UNFINISHED_ITEM_STATES]
        self._item_ids = [item.id for item in unfinished]
        self._has_failed = any(item.status == RunItemState.FAILED for item in items)
        self._tried: set[int] = set()
        self._record = Record(run_lease, self._run.dealer_id, items, context.tell)
        self._progress = Progress(partial(count_pages, run_lease))
        self._mappings = RunMappings(self._run.id)
        self._stored = StoredCodes(run_lease, self._run, self._session, heartbeat, rendered, self._mappings)
        self._codes = ListedCodes(self._run.dealer_id)
        self._prefetch = Prefetch(
            self._run, unfinished, self._codes, self._while_waiting, lambda: not self._preemption.is_due()
        )
        # A run that requests nothing is short, and knows nothing of its login's rate.
        seconds = 0.0 if self._run.trigger in STORED_TRIGGERS else context.slice_seconds
        service = self._session.service
        self._preemption = Preemption(run_lease, self._run.dealer_id, seconds, lambda: service()[0])

    def sync(self) -> RunOutcome:
        """Sync the codes that are left and return the run's outcome.

        Raises RunInterrupted if the run ends before its last code, or this worker leaves it.
        """
        try:
            for item_id in self._item_ids:
                self._preemption.before_code()
                self._sync_code(item_id)
            if self._has_failed:
                self._retry_failed()
        finally:
            self._prefetch.abandon()
        outcome = outcome_of(lease.load(self._lease))
        db.session.commit()
        return outcome

    def _retry_failed(self) -> None:
        """Retry failed codes once after the last code: the service may have recovered."""
        failed_ids = [item.id for item in lease.load(self._lease).items if run_items.is_retryable(item)]
        db.session.commit()
        if failed_ids:
            sleep(current_app.config["CODE_RETRY_SECONDS"], self._heartbeat)
        for item_id in failed_ids:
            self._sync_code(item_id)

    def _sync_code(self, item_id: int) -> None:
        """Sync one code and record its result. Raises RunInterrupted if the run ends with it."""
        with structlog.contextvars.bound_contextvars(code=self._items[item_id].supplier_code):
            result = self._final_result(item_id)
            if result.state is not RunItemState.SUCCEEDED:
                self._has_failed |= result.state is RunItemState.FAILED
                self._with_retries(self._progress.write)
                self._with_retries(partial(self._record.unsuccessful, item_id, result))
            if result.ends is not None:
                raise result.ends

    def _final_result(self, item_id: int) -> CodeResult:
        try:
            return self._result(item_id)
        except lease.REFUSED:
            return failed("database", code_result.DATABASE_REFUSED)
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
            return failed("internal", code_result.UNEXPECTED)

    def _refused(self, error: SourceError) -> CodeResult | None:
        """Return the result of an error of the service; None if another login was saved since."""
        if error.status == refusals.LOGIN_REFUSED and self._session.is_renewed():
            return None
        sentence = refusals.sentence_of(error, self._run.dealer_id)
        db.session.commit()
        ends = RunInterrupted(Interruption.ACCOUNT_REFUSED, sentence) if error.account_wide else None
        return failed(error.kind, sentence, error, ends)

    def _fetch_and_apply(self, item_id: int) -> CodeResult:
        if item_id in self._tried and run_items.state_of(item_id) == RunItemState.SUCCEEDED:
            # An earlier try committed; only the confirmation of the commit, or a later step, failed.
            db.session.commit()
            self._progress.uncounted = []
            return APPLIED
        self._tried.add(item_id)
        item = self._items[item_id]
        if self._run.trigger in STORED_TRIGGERS:
            return self._sync_stored(item)
        listing = self._open(item)
        if not listing.is_listed:
            return not_tried(code_result.REMOVED)
        pulled = self._pull(item, service := self._session.service())
        if (too_old := old_data.refusal(self._run, pulled)) is not None:
            return too_old
        counts = self._apply(item, pulled, service)
        if not listing.is_connected:
            self._record.connected()
        self._tell_applied(item, self._progress.fetched, counts)
        return APPLIED

    def _sync_stored(self, item: RunItem) -> CodeResult:
        applied = self._stored.apply(item)
        if isinstance(applied, CodeResult):
            return applied
        self._tell_applied(item, applied.rows, applied.counts)
        return APPLIED

    def _open(self, item: RunItem) -> Listing:
        """Begin a code that is still listed. Raises RunInterrupted if 3PA was disabled."""
        self._progress.write()
        if not self._session.is_open:
            # A login that cannot be used ends the run before the code begins.
            is_listed = self._session.listing(item.code_key).is_listed
            db.session.commit()
            if is_listed:
                self._session.service()
        with lease.transaction(self._lease):
            listing = self._session.listing(item.code_key)
            if listing.is_listed:
                run_items.open_item(item.id)
        return listing

    def _pull(self, item: RunItem, service: Service) -> Pulled:
        return pull(
            item,
            self._prefetch.pages(item, service),
            self._after_page,
            partial(self._prefetch.begin_after, item.id, service),
            self._context.tell,
            self._progress,
            self._codes.last_pull(item.code_key),
        )

    def _apply(self, item: RunItem, pulled: Pulled, service: Service) -> dict[str, int]:
        try:
            with without_garbage_collection(), closing(pulled.rows):  # closed before cycles are looked for
                self._heartbeat()
                self._prefetch.begin_after(item.id, service)
                counts = self._apply_rows(item, pulled)
        except RunInterrupted:
            self._progress.write_before_leaving()
            raise
        self._progress.uncounted = []
        return counts

    def _apply_rows(self, item: RunItem, pulled: Pulled) -> dict[str, int]:
        spelling, rows = pulled.spelling, pulled.rows
        given = self._lease, self._run, item, rows, self._rendered, self._mappings, self._progress.uncounted
        if spelling is None or not self._codes.is_news(item.code_key, spelling):
            return apply(*given)
        counts = apply(*given, also=partial(self._codes.keep, item.code_key, spelling))
        self._codes.kept(item.code_key, spelling)
        return counts

    def _tell_applied(self, item: RunItem, fetched: int, counts: Mapping[str, int]) -> None:
        self._record.applied(item.id, fetched, counts)
        if counts["changed"]:
            self._context.applied()

    def _while_waiting(self) -> None:
        self._heartbeat()
        self._progress.write_if_due()
        self._preemption.while_waiting()

    def _after_page(self) -> None:
        self._preemption.got_page()
        self._heartbeat()
