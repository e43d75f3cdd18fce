"""A run's codes in turn: each fetched, applied, and tried again before it is given up.

One code's failure stops no other (R11). What goes wrong in our own database is tried again on the spot.
"""

from __future__ import annotations

import structlog
from flask import current_app

from jobs.reports import PrerenderedReports
from jobs.sources.source import SourceError
from jobs.sync import clearing_guard, lease, refusals, rules, run_items
from jobs.sync.apply import apply
from jobs.sync.dealer_session import DealerSession
from jobs.sync.fetch import pull
from jobs.sync.heartbeat import Heartbeat, OutOfTime
from jobs.sync.preemption import Preemption
from jobs.sync.prefetch import Prefetch, Service
from jobs.sync.run_context import RunContext
from jobs.sync.run_plan import RunEnded
from webapp.core.run_states import UNFINISHED_ITEM_STATES, RunItemState, RunState, final_state, with_problem
from webapp.extensions import db
from webapp.lightspeed import configurations
from webapp.models import Configuration, Run, RunItem, SupplierCode

log = structlog.get_logger(__name__)

UNEXPECTED = "Something went wrong on our side while this code was being updated; nothing of it was changed."
DATABASE = (
    "Our database could not take this code's parts; nothing of it was changed. It is tried again later."
)
REMOVED = "Not tried: the code was removed from the list while the run was under way."
SWITCHED_OFF = "Lightspeed 3PA/Data Warehouse was switched off while the run was under way."
OUT_OF_TIME = "The update took longer than {minutes} minutes, which is as long as it may."
# Seconds before what the database refused is tried again: a lock, a deadlock, a restart of its server.
DATABASE_PAUSES = (1.0, 5.0, 15.0)
TRIES = 2


class CodeSync:
    """The codes of one run under one claim."""

    def __init__(
        self, claim: lease.Lease, run: Run, around: RunContext, pulse: Heartbeat, drafts: PrerenderedReports
    ) -> None:
        self._claim = claim
        self._run = run
        self._around = around
        self._pulse = pulse
        self._drafts = drafts
        self._connection = DealerSession(run.dealer_id, around.connect)
        self._in_order = [item.id for item in run.items if item.status in UNFINISHED_ITEM_STATES]
        self._decided_at: int | None = None
        self._ahead = Prefetch(run, self._in_order, self._while_waiting)
        service = self._connection.service
        self._giving_way = Preemption(claim, run.dealer_id, around.slice_seconds, lambda: service()[0])

    def sync(self) -> tuple[RunState, str | None]:
        """Carry out what is left of the run; its state, and the reason for it.

        Raises Over where the run ends before its last code, journal.Ended where this process is to leave it.
        """
        try:
            for item_id in self._in_order:
                self._giving_way.before_code()
                self._sync_code(item_id)
            self._try_failed_again()
        except OutOfTime:
            reason = OUT_OF_TIME.format(minutes=current_app.config["RUN_MINUTES"])
            raise RunEnded(self._state_so_far(), reason) from None
        finally:
            self._ahead.abandon()
        return outcome(lease.load(self._claim))

    def _try_failed_again(self) -> None:
        """Once more before the codes are given up: what was wrong with the service may have passed."""
        found = lease.load(self._claim).items
        failed = [item.id for item in found if item.status == RunItemState.FAILED and _may_pass(item)]
        db.session.commit()
        if failed:
            self._pulse.rest(current_app.config["CODE_RETRY_SECONDS"])
        for item_id in failed:
            self._sync_code(item_id)

    def _sync_code(self, item_id: int) -> None:
        item = db.session.get_one(RunItem, item_id, populate_existing=True)
        code = item.supplier_code
        with structlog.contextvars.bound_contextvars(code=code):
            try:
                self._through_the_databases_troubles(item_id)
            except SourceError as error:
                sentence = refusals.sentence_of(error, self._run.dealer_id)
                self._fail(item_id, code, error.kind, sentence, error)
                if error.account_wide:
                    raise RunEnded(RunState.FAILED, sentence) from None
            except OutOfTime:
                minutes = current_app.config["RUN_MINUTES"]
                self._fail(item_id, code, "out_of_time", OUT_OF_TIME.format(minutes=minutes))
                raise

    def _through_the_databases_troubles(self, item_id: int) -> None:
        """One try, and more where the database refused.

        While it does not answer at all that is raised: the run goes on once it does, with another claim.
        """
        for pause in (*DATABASE_PAUSES, None):
            try:
                self._try_code(item_id)
            except lease.REFUSED as error:
                db.session.rollback()
                log.warning("database.write_failed", error=type(error.orig or error).__name__, again_in=pause)
                if pause is None:
                    self._fail(item_id, _code_of(item_id), "database", DATABASE)
                    return
                self._pulse.rest(pause)
            else:
                return

    def _try_code(self, item_id: int) -> None:
        item = db.session.get_one(RunItem, item_id, populate_existing=True)
        if item.status == RunItemState.SUCCEEDED:
            # Its commit came through; what did not was the answer, or what comes after it.
            db.session.commit()
            return
        try:
            self._fetch_and_apply(item)
        except SourceError as error:
            if error.status != 401 or not self._connection.is_renewed():
                raise
            # The password was changed while the run was under way: the new one may be right.
            log.info("login.renewed")
            self._fetch_and_apply(db.session.get_one(RunItem, item_id, populate_existing=True))
        except (lease.Ended, RunEnded, OutOfTime, *lease.REFUSED):
            raise
        except Exception:
            log.exception("item.crashed")
            db.session.rollback()
            self._fail(item_id, _code_of(item_id), "internal", UNEXPECTED)

    def _fetch_and_apply(self, item: RunItem) -> None:
        if not self._is_still_wanted(item):
            with lease.transaction(self._claim):
                run_items.leave_out(item.id, REMOVED)
            return
        service = self._connection.service()
        walk = self._ahead.walk(item, service)
        item_id = item.id

        def begin_next() -> None:
            self._begin_next(item_id, service)

        pull(self._claim, self._run, item, walk, self._after_page, begin_next, self._around.tell)
        self._pulse()
        begin_next()
        apply(self._claim, self._run, item)
        self._drafts.begin(item.id)
        self._settle(item)
        db.session.refresh(item)
        self._around.tell(_summary(item))
        log.info("item.applied", synced=item.synced, kept=item.kept, changed=item.changed, held=item.held)
        db.session.commit()
        self._around.applied()

    def _begin_next(self, item_id: int, service: Service) -> None:
        """Decide once for each code whether to request the first page of the next one ahead of its turn."""
        if self._decided_at != item_id:
            self._decided_at = item_id
            if not self._giving_way.is_due():
                self._ahead.begin_after(item_id, service)

    def _while_waiting(self) -> None:
        self._pulse()
        self._giving_way.while_waiting()

    def _after_page(self) -> None:
        self._giving_way.got_page()
        self._pulse()

    def _is_still_wanted(self, item: RunItem) -> bool:
        """False for a code that was removed during the run. Raises Over where 3PA was switched off."""
        dealer_id = self._run.dealer_id
        enabled = db.session.scalar(
            db.select(Configuration.enabled).where(Configuration.dealer_id == dealer_id)
        )
        listed = db.session.scalar(
            db.select(SupplierCode.id)
            .where(SupplierCode.dealer_id == dealer_id, SupplierCode.code_key == item.code_key)
            .limit(1)
        )
        db.session.commit()
        if not enabled:
            raise RunEnded(RunState.CANCELLED, SWITCHED_OFF)
        return listed is not None

    def _settle(self, item: RunItem) -> None:
        """The credentials are good, and what earlier runs kept of this code goes: only the last is kept."""
        with lease.transaction(self._claim):
            configurations.record_finding(self._run.dealer_id, None)
            earlier = run_items.earlier_items(self._run.dealer_id, item.code_key, item.id)
            if earlier:
                run_items.drop_parts(earlier)

    def _fail(
        self, item_id: int, code: str, kind: str, sentence: str, error: SourceError | None = None
    ) -> None:
        with lease.transaction(self._claim):
            if run_items.is_applied(item_id):
                # What comes after the commit went wrong, and is made good by the next run or the tick.
                return
            if error is not None:
                run_items.count_requests(item_id, error)
                if error.account_wide:
                    configurations.record_finding(self._run.dealer_id, sentence)
            run_items.fail_item(item_id, kind, sentence)
        log.warning("item.failed", kind=kind, sentence=sentence)
        self._around.tell(f"{code}: failed: {sentence}")

    def _state_so_far(self) -> RunState:
        state = final_state(item.status for item in lease.load(self._claim).items)
        db.session.commit()
        return with_problem(state)


def outcome(run: Run) -> tuple[RunState, str | None]:
    """The state of a run whose codes have all ended, and the reason for it."""
    failed = [item.supplier_code for item in run.items if item.status == RunItemState.FAILED]
    status = final_state(item.status for item in run.items)
    said = (
        [f"{len(failed)} of {len(run.items)} supplier codes failed: {', '.join(failed)}."] if failed else []
    )
    clearings = clearing_guard.sentences(run.id)
    db.session.commit()
    if clearings:
        said += [f"Held, until somebody decides or the next run says the same: {' '.join(clearings)}"]
        status = with_problem(status)
    return status, " ".join(said) or None


def _may_pass(item: RunItem) -> bool:
    return item.tries < TRIES and item.error_kind in rules.PASSING


def _code_of(item_id: int) -> str:
    code = db.session.get_one(RunItem, item_id).supplier_code
    db.session.commit()
    return code


def _summary(item: RunItem) -> str:
    return (
        f"{item.supplier_code}: fetched {item.fetched}, synced {item.synced}, skipped {item.skipped}, "
        f"kept {item.kept}, cleared {item.cleared}, changed {item.changed} products"
    ) + f", held {item.held}" * bool(item.held)
