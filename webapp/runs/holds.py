"""What a dealer may decide about: held clearings (R14) and held pulls (R27)."""

from __future__ import annotations

from collections.abc import Collection

from webapp.runs import held_clearings, held_pulls
from webapp.runs.hold_labels import Hold


def waiting_or_of_run(dealer_id: int, run_id: int | None) -> list[Hold]:
    """Return those of a dealer that wait for a decision, and those of one of its runs in any state."""
    clearings = held_clearings.waiting_or_of_run(dealer_id, run_id)
    return [*clearings, *held_pulls.waiting_or_of_run(dealer_id, run_id)]


def of_run(run_id: int) -> list[Hold]:
    """Return what was held in a run, in any state."""
    return of_runs([run_id])[run_id]


def of_runs(run_ids: Collection[int]) -> dict[int, list[Hold]]:
    """Return what was held in each of the runs, in any state."""
    held: dict[int, list[Hold]] = {run_id: [] for run_id in run_ids}
    found: list[Hold] = [*held_clearings.of_runs(run_ids), *held_pulls.of_runs(run_ids)]
    for each in found:
        held[each.run_id].append(each)
    return held
