"""docs/architecture.md names every state that the database accepts, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from webapp.core import enums

PAGE = (Path(__file__).parents[2] / "docs" / "architecture.md").read_text()
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
        ("Run", enums.RUN_STATES),
        ("Run item", enums.RUN_ITEM_STATES),
        ("Held clearing", enums.HELD_CLEARING_STATES),
    ],
)
def test_the_table_of_transitions_has_every_state_and_no_other(heading: str, states: tuple[str, ...]) -> None:
    transitions = _transitions(heading)
    assert set().union(*(before | after for before, after in transitions)) == set(states)


def test_an_ended_run_changes_its_state_only_for_late_reports() -> None:
    changes = {(state, *after) for before, after in _transitions("Run") for state in before}
    late = {change for change in changes if change[0] not in enums.ACTIVE_RUN_STATES}
    assert late == {("partial", "succeeded")}
