"""Dealer status: configuration, last run, last success, and reasons for attention, in one query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import CTE, ColumnElement, Exists, Select, bindparam, func, select, union_all
from sqlalchemy.orm import joinedload

from webapp.dealers.attention import conditions
from webapp.dealers.causes import open_alerts
from webapp.extensions import db
from webapp.models import (
    Configuration,
    Dealer,
    HeldClearing,
    HeldPull,
    RecentRuns,
    Run,
    StockSummary,
    SupplierCode,
)


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
        query, names = _of_one()
        last, succeeded_at, mapped, *holds = db.session.execute(query, {"dealer_id": dealer.id}).one()
        causes = tuple(name for name, is_so in zip(names, holds, strict=True) if is_so)
        return cls(last, succeeded_at, bool(mapped), causes)


# Building it takes longer than the database needs for the page.
@lru_cache(maxsize=1)
def _of_one() -> tuple[Select[Any], tuple[str, ...]]:
    """Return the query for the dealer of the parameter `dealer_id`, and the names of its conditions.

    It is apart from that of the list, which counts the open alerts of all dealers first.
    """
    row = (
        select(
            Configuration.enabled,
            Configuration.check_state,
            RecentRuns.last_id,
            RecentRuns.last_status,
            RecentRuns.succeeded_at,
            _has_codes().label("mapped"),
        )
        .select_from(Dealer)
        .outerjoin(Configuration, Configuration.dealer_id == Dealer.id)
        .outerjoin(RecentRuns, RecentRuns.dealer_id == Dealer.id)
        .where(Dealer.id == bindparam("dealer_id"))
        .subquery("status")
    )
    seen = conditions(row.c)
    query = select(Run, row.c.succeeded_at, row.c.mapped, *seen.values()).select_from(row)
    query = query.outerjoin(Run, Run.id == row.c.last_id).options(joinedload(Run.requested_by))
    return query, tuple(seen)


def dealer_statuses(*chosen: ColumnElement[bool]) -> CTE:
    """Query one row per dealer: its configuration, recent runs and open alerts, `mapped` and `is_held`."""
    opened = open_alerts()
    clearings = select(HeldClearing.dealer_id).where(HeldClearing.state == "held")
    held = union_all(clearings, select(HeldPull.dealer_id).where(HeldPull.state == "held"))
    query = (
        select(
            Dealer.id,
            func.lower(Dealer.name).label("name"),
            Dealer.created_at,
            Dealer.closed_at,
            Configuration.enabled,
            Configuration.check_state,
            Configuration.disabled_days,
            RecentRuns.last_id,
            RecentRuns.last_status,
            RecentRuns.succeeded_at,
            RecentRuns.unmatched,
            StockSummary.online,
            opened.c.alert_mask,
            _has_codes().label("mapped"),
            Dealer.id.in_(held).label("is_held"),
        )
        .outerjoin(Configuration, Configuration.dealer_id == Dealer.id)
        .outerjoin(RecentRuns, RecentRuns.dealer_id == Dealer.id)
        .outerjoin(StockSummary, StockSummary.dealer_id == Dealer.id)
        .outerjoin(opened, opened.c.dealer_id == Dealer.id)
        .where(*chosen)
    )
    # Computed once per dealer: the conditions use the columns many times.
    return query.cte("statuses").prefix_with("MATERIALIZED")


def _has_codes() -> Exists:
    return select(SupplierCode.id).where(SupplierCode.dealer_id == Dealer.id).correlate(Dealer).exists()
