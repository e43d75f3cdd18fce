"""Compare-and-swap updates of the states of runs and run items.

Every UPDATE names the states it starts from, so that of two concurrent changes only one succeeds.
"""

from __future__ import annotations

from sqlalchemy import Update, update

from webapp.core.run_states import RunItemState, RunState, item_transition, run_transition
from webapp.models import Run, RunItem


def change_run(*before: RunState, to: RunState) -> Update:
    """An UPDATE of runs in one of these states; add which runs. Raises UndeclaredTransition."""
    return update(Run).where(Run.status.in_(before)).values(status=run_transition(before, to))


def change_item(*before: RunItemState, to: RunItemState) -> Update:
    """An UPDATE of run items in one of these states; add which items. Raises UndeclaredTransition."""
    return update(RunItem).where(RunItem.status.in_(before)).values(status=item_transition(before, to))
