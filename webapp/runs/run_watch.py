"""Live view of a run: its progress, and what it may be waiting for."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.core import queues
from webapp.core.run_states import RunState
from webapp.models import Configuration, HeldClearing, Run
from webapp.runs import held_clearings, report_requests
from webapp.runs.request_budget import RequestBudget
from webapp.runs.run_labels import Progress
from webapp.runs.run_progress import progress_of


@dataclass(frozen=True)
class RunWatch:
    """Live view; `mark` changes whenever the page would: a poll with the same version gets no content.

    It starts with `step`, which changes with news that screen readers should announce. `budget` is None if
    there is nothing to wait for, or if it is unknown. `held` are the run's held clearings, and
    `can_make_reports` tells whether missing reports can be regenerated.
    """

    progress: Progress
    budget: RequestBudget | None
    step: str
    mark: str
    held: list[HeldClearing]
    can_make_reports: bool

    @classmethod
    def of(cls, run: Run, configuration: Configuration) -> RunWatch:
        """Return the current view of the run."""
        progress = progress_of([run.id])[run.id]
        budget = RequestBudget.of(configuration) if run.status == RunState.RUNNING else None
        waits = "-waits" if budget and not budget.left else ""
        delayed = "-delayed" if run.is_active and queues.is_unavailable() else ""
        held = held_clearings.of_run(run.id)
        decided = "".join(f"-{clearing.state}" for clearing in held)
        mark = f"{progress.mark(run)}{waits}{delayed}{decided}"
        return cls(progress, budget, progress.step(run), mark, held, report_requests.can_be_made(run))
