"""One scan: requests what is in stock under unmapped codes, stores it block by block, and evaluates it (R20).

A block and the bookmark after it are one transaction, so an interrupted scan continues where it was. Rows
that moved in between may be stored twice; the evaluation counts a part once.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog
from sqlalchemy import func, select

from jobs.discovery import scan_lease, slow_mover_count
from jobs.discovery.scan_lease import LeaseLost, ScanLease
from jobs.discovery.usable_rows import UsableRows
from jobs.sources.source import Credentials, Page, Source, SourceError, StockQuery
from jobs.sync import rules
from jobs.sync.background_watch import GivesWay, Watch
from jobs.sync.dealer_session import DealerSession
from jobs.sync.interruption import Interruption, RunInterrupted
from jobs.sync.refusals import sentence_of
from webapp.code_discovery import evaluation, outdated_suggestions, scanned_parts, weekly_email
from webapp.core import clock
from webapp.core.text_keys import key_of
from webapp.extensions import db
from webapp.models import CodeScan, CodeScanBlock, Configuration, Dealer, SupplierCode

log = structlog.get_logger(__name__)

TURNED_OFF = "Lightspeed 3PA/Data Warehouse is turned off."
BROKEN = "Something went wrong on our side. Try again later."


def scan_codes(
    dealer_id: int,
    connect: Callable[[Credentials], Source],
    should_stop: Callable[[], bool] = lambda: False,
    *,
    gives_way: bool = False,
    tell: Callable[[str], None] = lambda line: None,
) -> bool:
    """Scan until the end; false if no scan waits, or if it was left for later or for another worker.

    With `gives_way` it is left while the dealer has a run, or others wait for a worker. What the service
    refuses ends it as failed, with the reason on its row.
    """
    lease = scan_lease.acquire(dealer_id)
    if lease is None:
        return False
    try:
        watch = Watch(lambda: scan_lease.renew(lease), dealer_id, should_stop, gives_way=gives_way)
        _Scan(lease, connect, watch, tell).run()
    except LeaseLost:
        log.warning("scan.lost", dealer=dealer_id)
        return False
    except GivesWay:
        scan_lease.release(lease)
        return False
    except SourceError as error:
        scan_lease.fail(lease, sentence_of(error, dealer_id))
    except RunInterrupted as refused:
        scan_lease.fail(lease, str(refused))
    except Exception:
        db.session.rollback()
        scan_lease.fail(lease, BROKEN)
        raise
    return True


class _Scan:
    def __init__(
        self,
        lease: ScanLease,
        connect: Callable[[Credentials], Source],
        watch: Watch,
        tell: Callable[[str], None],
    ) -> None:
        self._lease = lease
        self._session = DealerSession(lease.dealer_id, connect)
        self._watch = watch
        self._tell = tell
        row = db.session.get_one(CodeScan, lease.dealer_id, populate_existing=True)
        self._bookmark, self._is_weekly = row.bookmark, row.trigger == "weekly"
        self._counts = {name: getattr(row, name) for name in ("requests", "pages", "parts", "codes")}
        self._last_code: str | None = None
        self._position = _blocks(lease)
        spellings = _mapped_spellings(lease.dealer_id)
        today = clock.local_today(db.session.get_one(Dealer, lease.dealer_id).timezone)
        self._usable = UsableRows({key_of(code) for code in spellings}, rules.since(today))
        self._query = StockQuery(tuple(spellings), self._bookmark)
        db.session.commit()

    def run(self) -> None:
        """Fetch the rest of the list, then evaluate and store what was found."""
        self._watch()
        _require_enabled(self._lease.dealer_id)
        source, cmf = self._session.service()
        pages = source.stock(cmf, self._query, self._watch)
        try:
            for batch in pages.pages():
                self._store(batch)
        finally:
            pages.abandon()
        self._watch()
        self._counts["requests"] += slow_mover_count.count_due(
            self._lease, self._session, self._watch, is_weekly=self._is_weekly
        )
        version = db.session.scalar(select(outdated_suggestions.catalog_version(self._lease.dealer_id)))
        with scan_lease.kept_alive(self._lease):
            found = evaluation.evaluate(self._lease.dealer_id, self._lease.number)
        now = clock.now()
        progress = {"codes": len(found.codes), "parts": found.parts}
        scan_lease.write(self._lease, {**progress, "requests": self._counts["requests"]})
        evaluation.store(found, now)
        ended = {"status": "succeeded", "finished_at": now, "completed_at": now, "heartbeat_at": None}
        scan_lease.write(self._lease, {**ended, "catalog_version": version})
        if self._is_weekly:
            weekly_email.queue(self._lease.dealer_id, now)
        db.session.commit()

    def _store(self, batch: list[Page]) -> None:
        """Store the parts of some pages, with the progress so far."""
        parts = [part for page in batch for part in self._usable.of(page.parts)]
        for part in parts:
            code_key = key_of(part.code)
            self._counts["codes"] += code_key != self._last_code
            self._last_code = code_key
        self._counts["parts"] += len(parts)
        self._counts["pages"] += sum(1 for page in batch if page.received)
        self._counts["requests"] += sum(page.requests for page in batch)
        # The last page holds nothing, and one that has no bookmark is received again after an interruption.
        self._bookmark = next((page.bookmark for page in reversed(batch) if page.bookmark), self._bookmark)
        progress = {**self._counts, "bookmark": self._bookmark}
        scan_lease.add_block(self._lease, self._position, scanned_parts.pack(parts), progress)
        self._position += 1
        self._tell("{pages} pages, {parts} parts, {codes} codes".format(**self._counts))


def _require_enabled(dealer_id: int) -> None:
    """Raise RunInterrupted while 3PA is off: nothing is requested of the dealer's Lightspeed then."""
    enabled = db.session.scalar(select(Configuration.enabled).where(Configuration.dealer_id == dealer_id))
    db.session.commit()
    if not enabled:
        raise RunInterrupted(Interruption.DISABLED, TURNED_OFF)


def _blocks(lease: ScanLease) -> int:
    query = select(func.max(CodeScanBlock.position)).where(
        CodeScanBlock.dealer_id == lease.dealer_id, CodeScanBlock.scan_number == lease.number
    )
    last = db.session.scalar(query)
    return 0 if last is None else last + 1


def _mapped_spellings(dealer_id: int) -> list[str]:
    """Return the mapped codes as Lightspeed spells them, in the order of the list."""
    query = (
        select(func.coalesce(SupplierCode.reported_code, SupplierCode.code))
        .where(SupplierCode.dealer_id == dealer_id)
        .order_by(SupplierCode.position, SupplierCode.id)
    )
    return list(dict.fromkeys(db.session.scalars(query)))
