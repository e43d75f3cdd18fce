"""Counts the slow movers of a dealer's codes in its weekly scan, a list for each code (R30)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import structlog

from jobs.discovery import scan_lease
from jobs.discovery.scan_lease import ScanLease
from jobs.sources.source import Part, PartsQuery, SourceError
from jobs.sources.values import cents_of, date_of, quantity_of
from jobs.sync.dealer_session import DealerSession
from webapp.core import clock
from webapp.core.text_keys import cleaned, key_of
from webapp.extensions import db
from webapp.models import Configuration, Dealer
from webapp.pulls.entries import MAX_DESCRIPTION, MAX_PART_NUMBER
from webapp.slow_movers import counts
from webapp.slow_movers.counts import DueCode

log = structlog.get_logger(__name__)


def count_due(lease: ScanLease, session: DealerSession, watch: Callable[[], None], *, is_weekly: bool) -> int:
    """Count the codes that are due, each in a transaction of its own; return the number of requests.

    A list whose end is not proven (R11) changes nothing of its code, and is noted. Raises SourceError for
    what concerns the whole account, and what `watch` raises.
    """
    timezone = db.session.get_one(Dealer, lease.dealer_id).timezone
    column = db.session.get_one(Configuration, lease.dealer_id).quantity_column
    if is_weekly:
        counts.forget_removed(lease.dealer_id)
    codes, today = counts.due(lease.dealer_id, clock.now(), is_weekly=is_weekly), clock.local_today(timezone)
    db.session.commit()
    requests = 0
    for code in codes:
        watch()
        requests += _count(lease, code, session, watch, column, today)
    return requests


def _count(
    lease: ScanLease,
    code: DueCode,
    session: DealerSession,
    watch: Callable[[], None],
    column: str,
    today: date,
) -> int:
    source, account = session.service()
    before = counts.too_old_since(today) + counts.AHEAD
    spellings = tuple(dict.fromkeys((code.code, code.code.upper(), code.code.lower())))
    pages = source.unchanged(account, PartsQuery(spellings, column, before), watch)
    rows: dict[str, dict[str, Any]] = {}
    requests = 0
    try:
        for batch in pages.pages():
            requests += sum(page.requests for page in batch)
            for page in batch:
                rows.update(_usable(page.parts, code.code_key, column, before))
            watch()
    except SourceError as error:
        if error.account_wide:
            raise
        log.warning("slow_movers.failed", code=code.code, kind=error.kind)
        scan_lease.write(lease, {"heartbeat_at": clock.now()})
        counts.note(lease.dealer_id, code, error=error.sentence)
        db.session.commit()
        return requests + error.requests
    finally:
        pages.abandon()
    now = clock.now()
    scan_lease.write(lease, {"heartbeat_at": now})
    counts.store(lease.dealer_id, code, list(rows.values()), today, now)
    db.session.commit()
    return requests


def _usable(
    parts: Iterable[Part], code_key: str, column: str, before: date
) -> Iterable[tuple[str, dict[str, Any]]]:
    """Yield the rows that count, whatever the service filtered, by key; the last row of a part wins (R10)."""
    for part in parts:
        quantity = quantity_of(part.on_hand if column == "on_hand" else part.avail)
        number = (part.part_number or "").strip()
        changed, sold = date_of(part.last_updated), date_of(part.last_sold)
        if quantity is None or quantity <= 0 or not number or len(number) > MAX_PART_NUMBER or not changed:
            continue
        if key_of(part.supplier_code or "") != code_key or changed.date() >= before:
            continue
        retail = cents_of(part.retail)
        yield (
            key_of(number),
            {
                "key": key_of(number),
                "part_number": number,
                "description": cleaned(part.description or "")[:MAX_DESCRIPTION],
                "quantity": quantity,
                "retail_cents": retail,
                "value_cents": quantity * (retail or 0),
                "changed_on": changed.date(),
                "sold_on": sold.date() if sold and sold.year >= 1980 else None,
            },
        )
