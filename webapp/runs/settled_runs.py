"""A partial run whose holds were all decided has succeeded, if nothing else was wrong (R14, R27)."""

from __future__ import annotations

from sqlalchemy import select

from webapp.core.run_states import RunState, final_state, without_hold
from webapp.extensions import db
from webapp.models import HeldClearing, HeldPull, Run
from webapp.runs.run_transitions import change_run


def settle(run_id: int) -> None:
    """Update a run after a decision; does not commit."""
    # Locked, so that of two decisions at the same time the later one sees both.
    partial = select(Run).where(Run.id == run_id, Run.status == RunState.PARTIAL).with_for_update()
    run = db.session.scalar(partial.execution_options(populate_existing=True))
    if run is None or any(_is_undecided(model, run_id) for model in (HeldClearing, HeldPull)):
        return
    run.reason = without_hold(run.reason)
    db.session.flush()
    if run.explanation is None and final_state(item.status for item in run.items) is RunState.SUCCEEDED:
        db.session.execute(change_run(RunState.PARTIAL, to=RunState.SUCCEEDED).where(Run.id == run_id))


def _is_undecided(model: type[HeldClearing] | type[HeldPull], run_id: int) -> bool:
    undecided = select(model.id).where(model.run_id == run_id, model.state == "held")
    return db.session.scalar(undecided.limit(1)) is not None
