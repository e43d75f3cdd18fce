"""Dealer status: configuration, last run, last success, and reasons for attention, in one query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CTE, ColumnElement, func, select
from sqlalchemy.orm import joinedload

from webapp.dealers.attention import conditions, worst_alerts
from webapp.extensions import db
from webapp.models import Configuration, Dealer, RecentRuns, Run, SupplierCode


@dataclass(frozen=True)
class DealerStatus:
    """Status of one dealer. `causes` are the names of current problems."""

    last: Run | None
    succeeded_at: datetime | None
    has_codes: bool
    causes: tuple[str, ...]

    @classmethod
    def of(cls, dealer: Dealer) -> DealerStatus:
        """Return the dealer's current status."""
        row = dealer_statuses(Dealer.id == dealer.id)
        seen = conditions(row.c)
        query = select(Run, row.c.succeeded_at, row.c.mapped, *seen.values())
        query = query.select_from(row).outerjoin(Run, Run.id == row.c.last_id)
        query = query.options(joinedload(Run.requested_by))
        last, succeeded_at, mapped, *holds = db.session.execute(query).one()
        causes = tuple(name for name, is_so in zip(seen, holds, strict=True) if is_so)
        return cls(last, succeeded_at, bool(mapped), causes)


def dealer_statuses(*chosen: ColumnElement[bool]) -> CTE:
    """Query one row per dealer: its configuration, recent runs and open alerts, and `mapped`."""
    worst = worst_alerts()
    mapped = select(SupplierCode.id).where(SupplierCode.dealer_id == Dealer.id).correlate(Dealer).exists()
    query = (
        select(
            Dealer.id,
            func.lower(Dealer.name).label("name"),
            Dealer.created_at,
            Configuration.enabled,
            Configuration.check_state,
            RecentRuns.last_id,
            RecentRuns.last_status,
            RecentRuns.succeeded_at,
            RecentRuns.unmatched,
            worst.c.alert_rank,
            mapped.label("mapped"),
        )
        .outerjoin(Configuration, Configuration.dealer_id == Dealer.id)
        .outerjoin(RecentRuns, RecentRuns.dealer_id == Dealer.id)
        .outerjoin(worst, worst.c.dealer_id == Dealer.id)
        .where(*chosen)
    )
    # Computed once per dealer: the conditions use the columns many times.
    return query.cte("statuses").prefix_with("MATERIALIZED")
