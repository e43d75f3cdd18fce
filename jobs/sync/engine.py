"""One run, from claim to finish: fetch each code, keep what was reported, apply it, go on.

DESIGN.md section 5 gives the order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from jobs import reports
from jobs.lightspeed import Credentials, Lightspeed, LightspeedError, Page, part_filter
from jobs.sync import journal, rules, staging
from jobs.sync.apply import apply
from jobs.sync.opening import Over, open_run
from jobs.sync.pulse import Pulse
from webapp import configurations
from webapp.extensions import db
from webapp.models import Configuration, Run, RunItem, SupplierCode
from webapp.storage import StorageError
from webapp.vault import SealedError

log = structlog.get_logger(__name__)

QUANTITY_FIELDS = {"on_hand": "OnHand", "available": "Avail"}
NO_LOGIN = (
    "3PA Username, 3PA Password and 3PA Dealer ID are not all set: save them under LightSpeed Configuration."
)
SEALED = "The stored 3PA Password can no longer be read: save it again under LightSpeed Configuration."
UNEXPECTED = "Something went wrong on our side while this code was being updated; nothing of it was changed."
REMOVED = "Not tried: the code was removed from the list while the run was under way."


@dataclass(frozen=True)
class Surroundings:
    """What an engine needs of the process it runs in.

    `connect` opens the service for a login, `should_stop` reads the process's stop flag, `tell` takes lines
    of progress for a person, and `applied` is called after each commit that may leave something to reindex.
    """

    connect: Callable[[Credentials], Lightspeed]
    should_stop: Callable[[], bool] = lambda: False
    tell: Callable[[str], None] = lambda line: None
    applied: Callable[[], None] = lambda: None


def execute(run_id: int, surroundings: Surroundings) -> bool:
    """Claim a run and carry it out; false if it was not there to be claimed.

    Raises journal.Ended where this process is to leave a run that goes on elsewhere.
    """
    claim = journal.claim(run_id)
    if claim is None:
        return False
    bound = {"run": run_id, "dealer": journal.dealer_of(claim), "attempt": claim.attempt}
    with structlog.contextvars.bound_contextvars(**bound):
        _Execution(claim, surroundings).carry_out()
    return True


class _Execution:
    def __init__(self, claim: journal.Claim, surroundings: Surroundings) -> None:
        self._claim = claim
        self._around = surroundings
        self._pulse = Pulse(claim, surroundings.should_stop)

    def carry_out(self) -> None:
        try:
            status, reason = self._sync_codes(open_run(self._claim))
        except Over as over:
            status, reason = over.status, over.reason
        except journal.Cancelled:
            status, reason = "cancelled", None
        except journal.Stopped:
            journal.release(self._claim)
            raise
        self._end(status, reason)

    def _end(self, status: str, reason: str | None) -> None:
        if status != "skipped":
            status, reason = self._write_reports(status, reason)
        journal.finish(self._claim, status, reason)
        log.info("run.finished", status=status, reason=reason)
        self._around.tell(f"run {self._claim.run_id} {status}" + (f": {reason}" if reason else ""))

    def _write_reports(self, status: str, reason: str | None) -> tuple[str, str | None]:
        """R18; stock that was applied stays applied when storage refuses, and the run says so."""
        db.session.commit()
        # A long report must not look like a dead worker; it is written also for a run that was cancelled.
        pulse = Pulse(self._claim, lambda: False, even_cancelled=True)
        try:
            written = reports.write(self._claim.run_id, self._claim.attempt, pulse)
        except StorageError as error:
            log.error("reports.refused", error=str(error))
            return ("partial" if status == "succeeded" else status), "The reports could not be stored."
        with journal.hold(self._claim, even_cancelled=True):
            reports.record(self._claim.run_id, written)
        return status, reason

    def _sync_codes(self, run: Run) -> tuple[str, str | None]:
        """Each code in turn; the run's state and the reason for it."""
        waiting = [item.id for item in run.items if item.status in ("waiting", "running")]
        if waiting:
            lightspeed, cmf = self._connect(run)
            for item_id in waiting:
                refusal = self._sync_code(run, item_id, lightspeed, cmf)
                if refusal is not None:
                    return "failed", refusal
        return _outcome(journal.load(self._claim))

    def _connect(self, run: Run) -> tuple[Lightspeed, str]:
        configuration = configurations.of(run.dealer)
        login, cmf = _login(configuration), configuration.cmf
        db.session.commit()
        if login is None or not cmf:
            raise Over("failed", NO_LOGIN)
        return self._around.connect(Credentials(login.username, login.password)), cmf

    def _sync_code(self, run: Run, item_id: int, lightspeed: Lightspeed, cmf: str) -> str | None:
        """One code, whose failure stops no other; the reason where the whole account is refused (R11)."""
        item = db.session.get_one(RunItem, item_id)
        with structlog.contextvars.bound_contextvars(code=item.supplier_code):
            return self._try_code(run, item, lightspeed, cmf)

    def _try_code(self, run: Run, item: RunItem, lightspeed: Lightspeed, cmf: str) -> str | None:
        item_id, code = item.id, item.supplier_code
        try:
            self._fetch_and_apply(run, item, lightspeed, cmf)
        except LightspeedError as error:
            self._fail(item_id, code, error.kind, error.sentence, error)
            return error.sentence if error.account_wide else None
        except (journal.Ended, OperationalError, InterfaceError):
            # Not the code's fault: the run goes on elsewhere, or once the database answers again.
            raise
        except Exception:
            log.exception("item.crashed")
            self._fail(item_id, code, "internal", UNEXPECTED)
        return None

    def _fail(
        self, item_id: int, code: str, kind: str, sentence: str, error: LightspeedError | None = None
    ) -> None:
        with journal.hold(self._claim):
            if error is not None:
                journal.count_requests(item_id, error)
            journal.fail_item(item_id, kind, sentence)
        log.warning("item.failed", kind=kind, sentence=sentence)
        self._around.tell(f"{code}: failed: {sentence}")

    def _fetch_and_apply(self, run: Run, item: RunItem, lightspeed: Lightspeed, cmf: str) -> None:
        if not _still_listed(run, item):
            with journal.hold(self._claim):
                journal.leave_out(item.id, REMOVED)
            return
        self._fetch(run, item, lightspeed, cmf)
        self._pulse()
        apply(self._claim, run, item)
        self._forget_earlier(run, item)
        db.session.refresh(item)
        self._around.tell(_summary(item))
        log.info("item.applied", synced=item.synced, changed=item.changed)
        db.session.commit()
        self._around.applied()

    def _fetch(self, run: Run, item: RunItem, lightspeed: Lightspeed, cmf: str) -> None:
        """Every page of a code into `reported_parts`, each in a transaction of its own."""
        settings = run.settings or {}
        column, today = settings["quantity_column"], date.fromisoformat(settings["today"])
        expected = rules.Expectation.of(item.code_key, column, today)
        wanted = part_filter(item.supplier_code, QUANTITY_FIELDS[column], rules.since(today))
        item_id, code = item.id, item.supplier_code
        with journal.hold(self._claim):
            journal.open_item(item_id)
        for page in lightspeed.part_pages(cmf, wanted, waiting=self._pulse):
            self._store(item_id, page, expected)
            self._around.tell(f"{code}: page {page.number}, {page.received} parts")
            self._pulse()

    def _store(self, item_id: int, page: Page, expected: rules.Expectation) -> None:
        staged = [rules.judge(part, expected) for part in page.parts]
        staged += [rules.unreadable(record) for record in page.unreadable]
        with journal.hold(self._claim):
            staging.store(item_id, staged)
            journal.count_page(item_id, page.received)
            journal.count_requests(item_id, page)

    def _forget_earlier(self, run: Run, item: RunItem) -> None:
        """Only what was last reported is kept; what earlier runs kept of this code goes."""
        with journal.hold(self._claim):
            earlier = journal.earlier_items(run.dealer_id, item.code_key, item.id)
            if earlier:
                journal.drop_parts(earlier)


def _login(configuration: Configuration) -> configurations.Login | None:
    try:
        return configurations.login_of(configuration)
    except SealedError as error:
        log.error("login.sealed", reason=str(error))
        raise Over("failed", SEALED) from None


def _still_listed(run: Run, item: RunItem) -> bool:
    row = db.session.scalar(
        db.select(SupplierCode.id)
        .where(SupplierCode.dealer_id == run.dealer_id, SupplierCode.code_key == item.code_key)
        .limit(1)
    )
    db.session.commit()
    return row is not None


def _outcome(run: Run) -> tuple[str, str | None]:
    failed = [item.supplier_code for item in run.items if item.status == "failed"]
    status = rules.outcome(item.status for item in run.items if item.status != "not_tried")
    db.session.commit()
    if not failed:
        return status, None
    return status, f"{len(failed)} of {len(run.items)} supplier codes failed: {', '.join(failed)}."


def _summary(item: RunItem) -> str:
    return (
        f"{item.supplier_code}: fetched {item.fetched}, synced {item.synced}, skipped {item.skipped}, "
        f"cleared {item.cleared}, changed {item.changed} products"
    )
