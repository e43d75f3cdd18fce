"""The states of runs and run items, and which may follow which (R19). Pure.

`webapp/runs/run_transitions.py` writes the states, the database constraints are built from them, and
docs/architecture.md has the same tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final, TypeVar


class RunState(StrEnum):
    """The state of a run."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class RunItemState(StrEnum):
    """The state of one Lightspeed code in a run. `waiting` and `running` exist only in an active run."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    NOT_TRIED = "not_tried"


ACTIVE_RUN_STATES: Final = (RunState.QUEUED, RunState.RUNNING)
ENDED_RUN_STATES: Final = tuple(state for state in RunState if state not in ACTIVE_RUN_STATES)
# The run tried to sync: skipped and cancelled runs say nothing about whether a sync would succeed.
OUTCOME_STATES: Final = (RunState.SUCCEEDED, RunState.PARTIAL, RunState.FAILED)
APPLIED_STATES: Final = (RunState.SUCCEEDED, RunState.PARTIAL)
PROBLEM_STATES: Final = (RunState.FAILED, RunState.PARTIAL)
UNFINISHED_ITEM_STATES: Final = (RunItemState.WAITING, RunItemState.RUNNING)
ENDED_ITEM_STATES: Final = tuple(state for state in RunItemState if state not in UNFINISHED_ITEM_STATES)

RUN_TRANSITIONS: Final[Mapping[RunState, frozenset[RunState]]] = {
    RunState.QUEUED: frozenset({RunState.RUNNING, RunState.CANCELLED}),
    # To `running`: another worker takes over.
    RunState.RUNNING: frozenset({*ACTIVE_RUN_STATES, *ENDED_RUN_STATES}),
    RunState.SUCCEEDED: frozenset(),
    # Reports that were missing are made later, or its held clearings are decided.
    RunState.PARTIAL: frozenset({RunState.SUCCEEDED}),
    RunState.FAILED: frozenset(),
    RunState.SKIPPED: frozenset(),
    RunState.CANCELLED: frozenset(),
}

ITEM_TRANSITIONS: Final[Mapping[RunItemState, frozenset[RunItemState]]] = {
    RunItemState.WAITING: frozenset({RunItemState.RUNNING, RunItemState.FAILED, RunItemState.NOT_TRIED}),
    # To `running`: the code is fetched again. To `waiting`: the run goes back to the queue.
    RunItemState.RUNNING: frozenset(RunItemState),
    RunItemState.SUCCEEDED: frozenset(),
    # The retry after the last code, unless the code was removed.
    RunItemState.FAILED: frozenset({RunItemState.RUNNING, RunItemState.NOT_TRIED}),
    RunItemState.NOT_TRIED: frozenset(),
}

# R18: shown for a run that ended without its report files.
REPORTS_MISSING: Final = "We couldn't store the reports."

# R14: begins the last sentence about a run that held a clearing; earlier releases wrote the second one.
ON_HOLD: Final = "On hold for your approval:"
_ON_HOLD_SENTENCES: Final = (ON_HOLD, "Held, until somebody decides or the next run says the same:")

State = TypeVar("State", RunState, RunItemState)


class UndeclaredTransition(ValueError):
    """The tables above do not have this change of state."""


def run_transition(before: Iterable[RunState], after: RunState) -> RunState:
    """The state after a change from any of those before. Raises UndeclaredTransition."""
    return _declared(RUN_TRANSITIONS, before, after)


def item_transition(before: Iterable[RunItemState], after: RunItemState) -> RunItemState:
    """The state after a change from any of those before. Raises UndeclaredTransition."""
    return _declared(ITEM_TRANSITIONS, before, after)


def _declared(transitions: Mapping[State, frozenset[State]], before: Iterable[State], after: State) -> State:
    for state in before:
        if after not in transitions[state]:
            raise UndeclaredTransition(f"{state} to {after}")
    return after


def final_state(items: Iterable[str]) -> RunState:
    """The state of a run that ends with its items in these states (R11).

    `not_tried` does not count. An item that was not reached counts as one that did not succeed.
    """
    tried = set(items) - {RunItemState.NOT_TRIED}
    if tried <= {RunItemState.SUCCEEDED}:
        return RunState.SUCCEEDED
    return RunState.PARTIAL if RunItemState.SUCCEEDED in tried else RunState.FAILED


def with_problem(state: RunState) -> RunState:
    """The state of a run that also has a problem beyond its items.

    A clearing is held, its reports are missing, or it ended early.
    """
    return RunState.PARTIAL if state is RunState.SUCCEEDED else state


def explanation(reason: str | None, reports_missing: bool) -> str | None:
    """Why a run ended as it did, for the dealer; None if there is nothing to explain."""
    return " ".join(filter(None, (reason, REPORTS_MISSING if reports_missing else None))) or None


def without_hold(reason: str | None) -> str | None:
    """The reason without the sentence about held clearings, which decisions make outdated; None if empty."""
    for beginning in _ON_HOLD_SENTENCES:
        reason = (reason or "").partition(beginning)[0].strip()
    return reason or None


def is_only_on_hold(status: str, reason: str | None, reports_missing: bool) -> bool:
    """Whether a run is partial for nothing but what waits for a decision."""
    rest = without_hold(reason)
    return status == RunState.PARTIAL and bool(reason) and rest is None and not reports_missing
