"""Compare-and-swap updates of the states of runs and run items.

Every UPDATE names the states it starts from, so that of two concurrent changes only one succeeds.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from sqlalchemy import Update, bindparam, update

from webapp.core.run_states import RunItemState, RunState, item_transition, run_transition
from webapp.models import Run, RunItem


def change_run(*before: RunState, to: RunState) -> Update:
    """An UPDATE of runs in one of these states; add which runs. Raises UndeclaredTransition."""
    return update(Run).where(Run.status.in_(before)).values(status=run_transition(before, to))


def change_item(*before: RunItemState, to: RunItemState) -> Update:
    """An UPDATE of run items in one of these states; add which items. Raises UndeclaredTransition."""
    return update(RunItem).where(RunItem.status.in_(before)).values(status=item_transition(before, to))


_ITEMS: Final = RunItem.__table__.c


@cache
def item_change(
    before: tuple[RunItemState, ...], to: RunItemState, values: tuple[str, ...], more: tuple[str, ...] = ()
) -> Update:
    """The same for the item `item`, built once for each form, as a sync executes it for each code.

    It sets columns to `new_…`, and adds `more_…` to others.
    """
    return (
        update(RunItem.__table__)  # type: ignore[arg-type]
        .where(_ITEMS.id == bindparam("item"), _ITEMS.status.in_(before))
        .values(
            {name: bindparam(f"new_{name}") for name in values}
            | {name: _ITEMS[name] + bindparam(f"more_{name}") for name in more}
            | {"status": item_transition(before, to)}
        )
    )
