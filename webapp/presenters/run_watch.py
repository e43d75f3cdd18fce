"""A run as somebody watches it: how far it has come, and what it may be waiting for."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.models import Configuration, Run
from webapp.presenters.request_budget import RequestBudget
from webapp.presenters.runs import Progress


@dataclass(frozen=True)
class RunWatch:
    """`mark` changes whenever the page would: a poll that knows the mark needs no answer.

    It begins with `step`, which changes with the news that are worth saying aloud. `budget` is None where
    there is nothing to wait for, or nothing known of it.
    """

    progress: Progress
    budget: RequestBudget | None
    step: str
    mark: str

    @classmethod
    def of(cls, run: Run, configuration: Configuration) -> RunWatch:
        """The run at this moment."""
        progress = Progress.of(run.items)
        budget = RequestBudget.of(configuration) if run.status == "running" else None
        waits = "-waits" if budget and not budget.left else ""
        return cls(progress, budget, progress.step(run), f"{progress.mark(run)}{waits}")
