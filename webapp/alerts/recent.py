"""Latest runs of each dealer by outcome, as SQL that scans an index backwards."""

from __future__ import annotations

from typing import Any, Final, Literal

from sqlalchemy import literal_column, or_, select, true
from sqlalchemy.orm import aliased

from webapp.models import Run

# Skipped and cancelled runs don't show whether a sync would succeed.
OUTCOMES: Final = ("succeeded", "partial", "failed")
Retries = Literal["all", "succeeded", "none"]


def last_with_outcome(
    dealer_id: Any, statuses: tuple[str, ...] = OUTCOMES, offset: int = 0, retries: Retries = "all"
) -> Any:
    """Return the id of the dealer's last run with one of the statuses, or of the `offset`-th before it.

    A retry run repeats only what failed a few minutes before: `retries` says which of them count. The result
    is a scalar subquery; `dealer_id` is a column of the outer query.
    """
    run = aliased(Run)
    ended = run.status.in_([literal_column(repr(one)) for one in statuses])
    is_first_try = run.trigger != "retry"
    counts = {"all": true(), "succeeded": or_(is_first_try, run.status == "succeeded"), "none": is_first_try}
    return (
        select(run.id)
        .where(run.dealer_id == dealer_id, ended, counts[retries])
        .order_by(run.id.desc())
        .limit(1)
        .offset(offset)
        .correlate(dealer_id.table)
        .scalar_subquery()
    )
