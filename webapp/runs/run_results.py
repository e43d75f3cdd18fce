"""Latest result of each of a dealer's Lightspeed codes."""

from __future__ import annotations

from sqlalchemy import func, select

from webapp.core.enums import STORED_TRIGGERS
from webapp.core.run_states import RunItemState, RunState
from webapp.extensions import db
from webapp.models import Run, RunItem

# History is unbounded: a code not fetched in the last few days counts as not fetched.
RECENT_RUNS = 20
FETCHED = (RunItemState.SUCCEEDED, RunItemState.FAILED)


def latest_results(
    dealer_id: int,
    *,
    before: int | None = None,
    states: tuple[str, ...] = FETCHED,
    keys: set[str] | None = None,
) -> dict[str, RunItem]:
    """Return the latest item of each code by its key, from the dealer's recent runs; `before` is a run id.

    With `keys`, only of those codes. Skipped runs fetch nothing and don't count, however many there are.
    """
    ran = (
        Run.dealer_id == dealer_id,
        Run.status != RunState.SKIPPED,
        Run.trigger.not_in(STORED_TRIGGERS),
    )
    recent = select(Run.id).where(*ran).order_by(Run.id.desc()).limit(RECENT_RUNS)
    if before is not None:
        recent = recent.where(Run.id < before)
    latest = (
        select(func.max(RunItem.id))
        .where(RunItem.run_id.in_(recent), RunItem.status.in_(states))
        .group_by(RunItem.code_key)
    )
    if keys is not None:
        latest = latest.where(RunItem.code_key.in_(keys))
    return {item.code_key: item for item in db.session.scalars(select(RunItem).where(RunItem.id.in_(latest)))}
