"""Rows of dealers for staff, with what the labels of their causes need; a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from webapp.dealers.cause_labels import CauseFacts, labels, last_run
from webapp.dealers.causes import BITS
from webapp.dealers.dealer_query import DealerRecord
from webapp.dealers.failed_codes import FailedCodes, failed_codes
from webapp.extensions import db
from webapp.models import Configuration, Dealer, HeldClearing, HeldPull, Run
from webapp.runs.next_run import next_run
from webapp.web.status_labels import StatusLabel

_OF_LAST_RUN = BITS["failing"] | BITS["failed"] | BITS["partial"]


@dataclass(frozen=True)
class DealerRow:
    """One dealer in a list.

    `causes` are its labels, the most severe first: at least one. `unmatched` is the share of parts skipped by
    the last run with a result, and `online` that of the stock that is online, 0 to 1.
    """

    dealer: Dealer
    configuration: Configuration | None
    last: Run | None
    succeeded_at: datetime | None
    causes: list[StatusLabel]
    unmatched: float | None
    online: float | None
    next_run: datetime | None

    @property
    def last_status(self) -> str:
        """Return the label of the last run; empty without one."""
        return last_run(self.last) if self.last else ""


def dealer_rows(found: Sequence[DealerRecord]) -> list[DealerRow]:
    """Load the dealers of these records, in their order."""
    loaded = _loaded(found)
    failed = failed_codes([row.last_id for row in found if row.last_id and row.mask & _OF_LAST_RUN])
    held = _held([row.id for row in found if row.mask & BITS["held"]])
    return [
        _row(record, *loaded[record.id], failed.get(record.last_id or 0), held.get(record.id, []))
        for record in found
        if record.id in loaded
    ]


def _loaded(found: Sequence[DealerRecord]) -> dict[int, tuple[Dealer, Configuration | None, Run | None]]:
    runs = [record.last_id for record in found if record.last_id]
    query = (
        select(Dealer, Configuration, Run)
        .outerjoin(Configuration, Configuration.dealer_id == Dealer.id)
        .outerjoin(Run, Run.id.in_(runs) & (Run.dealer_id == Dealer.id))
        .where(Dealer.id.in_([record.id for record in found]))
        .options(joinedload(Dealer.organization))
    )
    return {row[0].id: (row[0], row[1], row[2]) for row in db.session.execute(query)}


def _held(dealer_ids: list[int]) -> dict[int, list[str]]:
    """Return the codes of which something waits for approval, by dealer."""
    if not dealer_ids:
        return {}
    codes: dict[int, list[str]] = {}
    for model in (HeldClearing, HeldPull):
        query = select(model.dealer_id, model.supplier_code)
        query = query.where(model.dealer_id.in_(dealer_ids), model.state == "held")
        for dealer_id, code in db.session.execute(query.order_by(model.id)):
            codes.setdefault(dealer_id, []).append(code)
    return codes


def _row(
    record: DealerRecord,
    dealer: Dealer,
    configuration: Configuration | None,
    last: Run | None,
    failed: FailedCodes | None,
    held: list[str],
) -> DealerRow:
    facts = CauseFacts(configuration, last, record.succeeded_at, record.unmatched, failed, held)
    return DealerRow(
        dealer,
        configuration,
        last,
        record.succeeded_at,
        labels(record.mask, facts),
        record.unmatched,
        record.online,
        next_run(dealer, configuration, last) if configuration else None,
    )
