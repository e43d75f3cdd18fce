"""Estimate of an active run's remaining time, from how long its codes took before."""

from __future__ import annotations

from collections.abc import Iterable

from webapp.core import clock
from webapp.core.run_states import UNFINISHED_ITEM_STATES, RunItemState, RunState
from webapp.models import Run, RunItem
from webapp.runs.run_results import latest_results

MINUTE = 60


def remaining(run: Run) -> str:
    """Return text such as `About 3 minutes left`; empty without data, or if the run isn't running or is
    ending.

    A code that has not succeeded before is expected to take as long as the average one of this run so far.
    """
    if run.status != RunState.RUNNING or run.cancel_requested_at:
        return ""
    unfinished = [item for item in run.items if item.status in UNFINISHED_ITEM_STATES]
    if not unfinished:
        return ""
    before = latest_results(run.dealer_id, before=run.id, states=(RunItemState.SUCCEEDED,))
    average = _average(item for item in run.items if item.status == RunItemState.SUCCEEDED)
    known = [(item, _seconds(before.get(item.code_key)) or average) for item in unfinished]
    if any(took is None for _, took in known):
        return ""
    return _roughly(sum(max(0.0, (took or 0) - _elapsed(item)) for item, took in known))


def _average(items: Iterable[RunItem]) -> float | None:
    known = [took for item in items if (took := _seconds(item)) is not None]
    return sum(known) / len(known) if known else None


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
        return "A few seconds left"
    if seconds < MINUTE:
        return f"About {round(seconds, -1):.0f} seconds left"
    minutes = round(seconds / MINUTE)
    return "About a minute left" if minutes == 1 else f"About {minutes:,} minutes left"
