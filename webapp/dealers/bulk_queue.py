"""Queue Inventory Update for many dealers at once: what it does for each dealer (R5, R7, R8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from webapp.core import clock
from webapp.core.enums import WEEKDAYS
from webapp.core.run_states import ACTIVE_RUN_STATES
from webapp.extensions import db
from webapp.lightspeed.queueing import hindrance
from webapp.models import Configuration, Dealer, Run, SupplierCode, User
from webapp.runs import lifecycle, manual_runs
from webapp.runs.run_labels import status

# Four pages of the list: more than a person selects, and still one short request.
MOST: Final = 200


@dataclass(frozen=True)
class QueueResult:
    """Result for one dealer: its new run, or why there is none (`reason`); `active` is a run under way."""

    dealer: Dealer
    run: Run | None
    active: Run | None
    reason: str
    is_disabled_day: bool = False


def queue_updates(dealer_ids: Sequence[int], by: User) -> list[int]:
    """Queue a run for each dealer that can have one, and commit; return the runs' ids."""
    ready = [result.dealer.id for result in results(dealer_ids, []) if not result.reason]
    return list(manual_runs.start(ready, by).values())


def results(dealer_ids: Sequence[int], run_ids: Sequence[int]) -> list[QueueResult]:
    """Return the result for each dealer, by name; `run_ids` are the runs that were queued.

    The reasons are computed by each request, so that a page that is reloaded shows the current state.
    """
    query = select(Dealer).where(Dealer.id.in_(dealer_ids)).options(joinedload(Dealer.organization))
    dealers = sorted(db.session.scalars(query), key=lambda dealer: (dealer.name.lower(), dealer.id))
    configurations = _by_dealer(Configuration, dealer_ids)
    queued = {run.dealer_id: run for run in db.session.scalars(select(Run).where(Run.id.in_(run_ids)))}
    active = _by_dealer(Run, dealer_ids, Run.status.in_(ACTIVE_RUN_STATES))
    codes = select(SupplierCode.dealer_id).where(SupplierCode.dealer_id.in_(dealer_ids)).distinct()
    mapped = set(db.session.scalars(codes))
    return [
        _result(
            configurations.get(dealer.id) or Configuration.unsaved(dealer),
            queued.get(dealer.id),
            active.get(dealer.id),
            dealer.id in mapped,
        )
        for dealer in dealers
    ]


def _by_dealer(model: Any, dealer_ids: Sequence[int], *chosen: Any) -> dict[int, Any]:
    query = select(model).where(model.dealer_id.in_(dealer_ids), *chosen)
    return {row.dealer_id: row for row in db.session.scalars(query)}


def _result(
    configuration: Configuration, run: Run | None, active: Run | None, has_codes: bool
) -> QueueResult:
    dealer = configuration.dealer
    if run is not None:
        return QueueResult(dealer, run, None, "")
    if dealer.closed_at is not None:
        return QueueResult(dealer, None, None, "This dealer is closed")
    if active is not None:
        return QueueResult(dealer, None, active, f"Run {active.id} is already {status(active).label.lower()}")
    if reason := hindrance(configuration, has_codes):
        return QueueResult(dealer, None, None, reason)
    if lifecycle.is_disabled_today(configuration):
        weekday = WEEKDAYS[clock.local_today(dealer.timezone).weekday()]
        return QueueResult(dealer, None, None, f"{weekday} is a disabled day", is_disabled_day=True)
    return QueueResult(dealer, None, None, "")
