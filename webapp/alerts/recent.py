"""Latest runs of each dealer by outcome, as SQL that scans an index backwards."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import literal_column, or_, select, true
from sqlalchemy.orm import aliased

from webapp.core.enums import STORED_TRIGGERS
from webapp.core.run_states import OUTCOME_STATES, RunState
from webapp.models import Run

Retries = Literal["all", "succeeded", "none"]


def last_with_outcome(
    dealer_id: Any, statuses: tuple[str, ...] = OUTCOME_STATES, offset: int = 0, retries: Retries = "all"
) -> Any:
    """Return the id of the dealer's last run with one of the statuses, or of the `offset`-th before it.

    A retry run repeats only what failed a few minutes before: `retries` says which of them count. Runs that
    request nothing never count. The result is a scalar subquery; `dealer_id` is a column of the outer query.
    """
    run = aliased(Run)
    ended = run.status.in_([literal_column(repr(str(one))) for one in statuses])
    is_first_try = run.trigger != "retry"
    counts = {
        "all": true(),
        "succeeded": or_(is_first_try, run.status == RunState.SUCCEEDED),
        "none": is_first_try,
    }
    return (
        select(run.id)
        .where(run.dealer_id == dealer_id, ended, run.trigger.not_in(STORED_TRIGGERS), counts[retries])
        .order_by(run.id.desc())
        .limit(1)
        .offset(offset)
        .correlate(dealer_id.table)
        .scalar_subquery()
    )
