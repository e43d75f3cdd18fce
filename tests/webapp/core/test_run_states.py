"""The states of runs and items, and the changes that are allowed (R11, R19)."""

from __future__ import annotations

import pytest

from webapp.core.run_states import (
    RunItemState,
    RunState,
    UndeclaredTransition,
    final_state,
    item_transition,
    run_transition,
    with_problem,
)
from webapp.runs.run_transitions import change_item, change_run


@pytest.mark.parametrize(
    ("items", "state"),
    [
        ([], "succeeded"),
        (["succeeded", "succeeded"], "succeeded"),
        (["succeeded", "not_tried"], "succeeded"),
        (["succeeded", "failed"], "partial"),
        (["succeeded", "waiting"], "partial"),
        (["failed", "not_tried"], "failed"),
        (["waiting", "running"], "failed"),
    ],
)
def test_the_items_decide_the_state_of_a_run(items: list[str], state: str) -> None:
    assert final_state(items) == state


def test_a_problem_makes_a_success_partial_and_changes_no_other_state() -> None:
    changed = {state: with_problem(state) for state in RunState}
    assert changed == {state: state for state in RunState} | {RunState.SUCCEEDED: RunState.PARTIAL}


def test_an_undeclared_transition_is_refused() -> None:
    with pytest.raises(UndeclaredTransition, match="succeeded to running"):
        run_transition([RunState.QUEUED, RunState.SUCCEEDED], RunState.RUNNING)
    with pytest.raises(UndeclaredTransition, match="waiting to succeeded"):
        item_transition([RunItemState.WAITING], RunItemState.SUCCEEDED)
    with pytest.raises(UndeclaredTransition):
        change_run(RunState.CANCELLED, to=RunState.QUEUED)
    with pytest.raises(UndeclaredTransition):
        change_item(RunItemState.NOT_TRIED, to=RunItemState.RUNNING)
