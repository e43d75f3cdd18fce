"""The latest runs of each dealer by what became of them, as SQL that walks an index from its end."""

from __future__ import annotations

from typing import Any, Final, Literal

from sqlalchemy import literal_column, or_, select, true
from sqlalchemy.orm import aliased

from webapp.models import Run

# Skipped and cancelled runs say nothing of whether a sync would succeed.
OUTCOMES: Final = ("succeeded", "partial", "failed")
Retries = Literal["all", "succeeded", "none"]


def last_with_outcome(
    dealer_id: Any, statuses: tuple[str, ...] = OUTCOMES, offset: int = 0, retries: Retries = "all"
) -> Any:
    """The id of the dealer's last run that ended in one of the statuses, or of the `offset`-th before it.

    A retry tries again only what failed a few minutes before: `retries` says which of them count. A scalar
    subquery; `dealer_id` is a column of the query around it.
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
