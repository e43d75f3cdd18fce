"""Labels of runs with held clearings or pulls: what waits for a decision, and what was decided (R14, R27)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from webapp.core.enums import ITEM_HELD
from webapp.core.run_states import RunItemState, RunState, explanation, without_hold
from webapp.models import HeldClearing, HeldPull, Run, RunItem
from webapp.runs import run_labels
from webapp.web.status_labels import StatusLabel

# What a dealer may decide about.
Hold = HeldClearing | HeldPull

_REST: Final = "Everything else is up to date."
_UNDECIDED: Final = StatusLabel("On hold for your approval", "warning", _REST)
_OF_ITEM: Final = {
    "held": _UNDECIDED,
    "applying": StatusLabel("Clearing, approved", "info"),
    "applied": StatusLabel("Cleared, approved", "success"),
    "kept": StatusLabel("Quantities kept", "success"),
    "confirmed": StatusLabel("Cleared by a later run", "success"),
}
_OF_PULL: Final = {
    "held": _UNDECIDED,
    "applying": StatusLabel("Being applied", "info"),
    "applied": StatusLabel("Applied later", "success"),
    "kept": StatusLabel("Webstore kept as it was", "success"),
    "overtaken": StatusLabel("Replaced by a later run", "secondary"),
    "expired": StatusLabel("Code removed", "secondary"),
}
_OF_RUN: Final = {
    "applying": StatusLabel("Clearing, approved", "info", "The products are being set to zero."),
    "kept": StatusLabel("Succeeded, quantities kept", "success", "Every supplier code is up to date."),
    "applied": StatusLabel("Succeeded, clearing approved", "success", "Every supplier code is up to date."),
}
_PARTIAL_AND_HELD: Final = StatusLabel(
    "Partial, on hold for your approval", "warning", "Some supplier codes failed. The rest are up to date."
)


def run_status(run: Run, held: Sequence[Hold] = ()) -> StatusLabel:
    """Return the status of a run; `held` are its held clearings and pulls, in any state."""
    states = {each.state for each in held}
    if run.status not in (RunState.PARTIAL, RunState.SUCCEEDED) or not states:
        return run_labels.status(run)
    if reason(run, held):
        return _PARTIAL_AND_HELD if "held" in states else run_labels.status(run)
    if "held" in states:
        return _UNDECIDED
    pull = next((each for each in held if isinstance(each, HeldPull)), None)
    if pull is not None and len(states) == 1:
        return StatusLabel(_OF_PULL[pull.state].label, _OF_PULL[pull.state].tone, _REST)
    if pull is not None or states >= {"kept", "applied"}:
        return StatusLabel("Succeeded, as decided", "success", "Every supplier code is up to date.")
    decided = next((label for state, label in _OF_RUN.items() if state in states), None)
    return decided or StatusLabel("Succeeded", "success", "Every supplier code is up to date.")


def item_status(item: RunItem, held: Hold | None = None) -> StatusLabel:
    """Return the status of one supplier code in a run; `held` is what is held of it, in any state."""
    if isinstance(held, HeldPull):
        return _OF_PULL[held.state]
    if item.error_kind == ITEM_HELD:
        return StatusLabel("Put on hold", "secondary")
    if held is None or item.status != RunItemState.SUCCEEDED:
        return run_labels.item_status(item)
    return _OF_ITEM.get(held.state) or run_labels.item_status(item)


def pull_status(pull: HeldPull) -> StatusLabel:
    """Return the status of a held pull."""
    return _OF_PULL[pull.state]


def reason(run: Run, held: Sequence[Hold] = ()) -> str | None:
    """Return why a run ended as it did, apart from what is held, which has a place of its own."""
    if not held:
        return run.explanation
    return explanation(without_hold(run.reason), run.reports_missing)


def is_only_held(run: Run, held: Sequence[Hold]) -> bool:
    """Return whether a run is partial only because of what waits for a decision."""
    waits = any(each.state == "held" for each in held)
    return run.status == RunState.PARTIAL and waits and reason(run, held) is None


_HEADINGS: Final = {
    "held": "{code}: {products} of {stocked} products would go to zero.",
    "applying": "{code}: {products} products are being set to zero.",
    "applied": "{code}: {products} products set to zero, as approved.",
    "kept": "{code}: {products} products keep their quantity, as decided.",
    "confirmed": "{code}: {products} products set to zero by a later run.",
    "overtaken": "{code}: {products} of {stocked} products would have gone to zero.",
}
_DETAILS: Final = {
    "applied": "Lightspeed no longer reported them. That was an unusually large drop, so it was put on hold.",
    "kept": "They keep it as long as Lightspeed reports the same drop.",
    "confirmed": "The next update showed the same drop.",
    "overtaken": "A later update showed a different result, so no decision was needed.",
}


_PULL_DETAILS: Final = {
    "held": "Nothing was changed for this code.",
    "applying": "It is being applied.",
    "applied": "It was put on hold, and applied later.",
    "kept": "You kept your webstore as it was. It stays that way while updates look like this one.",
    "overtaken": "Not applied: a later update replaced it.",
    "expired": "Not applied: the code was removed.",
}


def heading(clearing: Hold) -> str:
    """Say in one sentence what a held clearing would do, or did, or how a pull is unlike the last one."""
    if isinstance(clearing, HeldPull):
        return clearing.sentence
    counts = {"products": f"{clearing.products:,}", "stocked": f"{clearing.stocked:,}"}
    return _HEADINGS[clearing.state].format(code=clearing.supplier_code, **counts)


def summary(clearing: Hold) -> str:
    """Say in one place what waits for a decision."""
    if isinstance(clearing, HeldPull):
        return f"{clearing.sentence} {_PULL_DETAILS[clearing.state]}"
    return heading(clearing)


def detail(clearing: Hold) -> str:
    """Say what a decision or a later run means; empty while there is none about a clearing."""
    if isinstance(clearing, HeldPull):
        return _PULL_DETAILS[clearing.state]
    return _DETAILS.get(clearing.state, "")
