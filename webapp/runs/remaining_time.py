"""Estimate of an active run's remaining time, from the durations of its codes' last successes."""

from __future__ import annotations

from webapp.core import clock
from webapp.core.run_states import UNFINISHED_ITEM_STATES, RunItemState, RunState
from webapp.models import Run, RunItem
from webapp.runs.run_results import latest_results

MINUTE = 60


def remaining(run: Run) -> str:
    """Return text such as `about 3 minutes`; empty without data, or if the run isn't running or is ending."""
    unfinished = [item for item in run.items if item.status in UNFINISHED_ITEM_STATES]
    if run.status != RunState.RUNNING or run.cancel_requested_at or not unfinished:
        return ""
    before = latest_results(run.dealer_id, before=run.id, states=(RunItemState.SUCCEEDED,))
    known = [(item, _seconds(before.get(item.code_key))) for item in unfinished]
    if any(took is None for _, took in known):
        return ""
    return _roughly(sum(max(0.0, (took or 0) - _elapsed(item)) for item, took in known))


def _seconds(item: RunItem | None) -> float | None:
    if item is None or item.started_at is None or item.finished_at is None:
        return None
    return (item.finished_at - item.started_at).total_seconds()


def _elapsed(item: RunItem) -> float:
    """Return the seconds since a running code was started."""
    if item.status != RunItemState.RUNNING or item.started_at is None:
        return 0.0
    return (clock.now() - item.started_at).total_seconds()


def _roughly(seconds: float) -> str:
    if seconds < 10:
        return "a few seconds"
    if seconds < MINUTE:
        return f"about {round(seconds, -1):.0f} seconds"
    minutes = round(seconds / MINUTE)
    return "about a minute" if minutes == 1 else f"about {minutes:,} minutes"
