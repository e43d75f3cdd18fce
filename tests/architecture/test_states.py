"""docs/architecture.md has the states and transitions that the code declares, and the code no others."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from webapp.core import enums, run_states
from webapp.core.run_states import RunItemState, RunState

# The states in which rows are inserted.
INITIAL_RUN_STATES = (RunState.QUEUED, RunState.SKIPPED)
INITIAL_ITEM_STATES = (RunItemState.WAITING, RunItemState.NOT_TRIED)

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text()
STATE = re.compile(r"`(\w+)`")
ROW = re.compile(r"^\| (.+?) \| (.+?) \| .+ \|$", re.MULTILINE)


def _transitions(heading: str) -> list[tuple[set[str], set[str]]]:
    """The rows of the table under a heading: states before, states after."""
    _, _, rest = PAGE.partition(f"\n### {heading}\n")
    table, _, _ = rest.partition("\n#")
    return [(set(STATE.findall(before)), set(STATE.findall(after))) for before, after in ROW.findall(table)]


@pytest.mark.parametrize(
    ("heading", "states"),
    [
        ("Run", RunState),
        ("Run item", RunItemState),
        ("Held clearing", enums.HELD_CLEARING_STATES),
    ],
)
def test_the_table_of_transitions_has_every_state_and_no_other(heading: str, states: tuple[str, ...]) -> None:
    transitions = _transitions(heading)
    assert set().union(*(before | after for before, after in transitions)) == set(states)


def _declared(transitions: Mapping[Any, frozenset[Any]], initial: Iterable[str]) -> set[tuple[str, str]]:
    changes = {(before, after) for before, states in transitions.items() for after in states}
    return {(str(before), str(after)) for before, after in changes} | {("", str(state)) for state in initial}


@pytest.mark.parametrize(
    ("heading", "declared"),
    [
        ("Run", _declared(run_states.RUN_TRANSITIONS, INITIAL_RUN_STATES)),
        ("Run item", _declared(run_states.ITEM_TRANSITIONS, INITIAL_ITEM_STATES)),
    ],
)
def test_the_table_has_the_declared_transitions_and_no_other(
    heading: str, declared: set[tuple[str, str]]
) -> None:
    rows = _transitions(heading)
    assert {(one, two) for before, after in rows for one in before or {""} for two in after} == declared


def test_an_ended_run_changes_its_state_only_for_late_reports() -> None:
    late = {state: after for state, after in run_states.RUN_TRANSITIONS.items() if after}
    assert {state: late[state] for state in late if state not in run_states.ACTIVE_RUN_STATES} == {
        RunState.PARTIAL: {RunState.SUCCEEDED}
    }


def _written(tree: ast.AST) -> Iterator[ast.expr]:
    """What a module writes to something called `status`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "values":
            yield from (keyword.value for keyword in node.keywords if keyword.arg == "status")
        elif isinstance(node, ast.Dict):
            keys = zip(node.keys, node.values, strict=True)
            yield from (
                value for key, value in keys if isinstance(key, ast.Constant) and key.value == "status"
            )
        elif isinstance(node, ast.Assign):
            targets = [name for target in node.targets for name in ast.walk(target)]
            attributes = [name for name in targets if isinstance(name, ast.Attribute)]
            if any(name.attr == "status" and ast.unparse(name.value) != "self" for name in attributes):
                yield node.value


def test_a_state_is_written_by_a_declared_transition_or_to_a_new_row() -> None:
    folders = [ROOT / "jobs" / "sync", ROOT / "webapp" / "runs"]
    written = {
        (path.name, ast.unparse(value))
        for folder in folders
        for path in folder.rglob("*.py")
        for value in _written(ast.parse(path.read_text()))
    }
    assert written == {
        ("run_transitions.py", "run_transition(before, to)"),
        ("run_transitions.py", "item_transition(before, to)"),
        ("lifecycle.py", "case((is_untouched, cancelled), else_=Run.status)"),
        ("lifecycle.py", "before"),  # in the audit log
        ("run_filter.py", "self.status"),  # in an address
        ("scheduled_runs.py", "RunState.SKIPPED"),
        ("run_plan.py", "(RunItemState.NOT_TRIED, clock.now())"),
    }
