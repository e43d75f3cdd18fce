"""Final state of a run, and the reason for it (R11, R19)."""

from __future__ import annotations

from typing import NamedTuple

from jobs.sync import change_guard, clearing_guard
from jobs.sync.interruption import Interruption, RunInterrupted
from webapp.core.enums import ITEM_HELD
from webapp.core.run_states import ON_HOLD, RunItemState, RunState, final_state, with_problem
from webapp.models import Run

_STATES = {
    Interruption.CANCELLED: RunState.CANCELLED,
    Interruption.DISABLED: RunState.CANCELLED,
    Interruption.SKIPPED: RunState.SKIPPED,
    Interruption.ACCOUNT_REFUSED: RunState.FAILED,
}


class RunOutcome(NamedTuple):
    """Final state of a run; `reason` is shown to the dealer."""

    state: RunState
    reason: str | None = None


def outcome_of(run: Run) -> RunOutcome:
    """Return the outcome of a run after its last code. Writes nothing."""
    failed = [item.supplier_code for item in run.items if item.status == RunItemState.FAILED]
    state = final_state(item.status for item in run.items)
    sentences = []
    if failed:
        sentences.append(f"{len(failed)} of {len(run.items)} supplier codes failed: {', '.join(failed)}.")
    held = clearing_guard.sentences(run.id)
    if any(item.error_kind == ITEM_HELD for item in run.items):
        held += change_guard.sentences(run.id)
    if held:
        state = with_problem(state)
        sentences.append(f"{ON_HOLD} {' '.join(held)}")
    return RunOutcome(state, " ".join(sentences) or None)


def outcome_after(interrupted: RunInterrupted, run: Run) -> RunOutcome:
    """Return the outcome of an interrupted run. Writes nothing."""
    state = _STATES.get(interrupted.reason) or incomplete_state(run)
    return RunOutcome(state, interrupted.sentence)


def incomplete_state(run: Run) -> RunState:
    """Return the state of a run that ends before it is complete: partial at best."""
    return with_problem(final_state(item.status for item in run.items))
