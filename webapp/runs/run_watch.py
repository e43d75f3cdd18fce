"""Live view of a run: its status, its progress, and what it may be waiting for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from webapp.core import queues
from webapp.core.run_states import APPLIED_STATES, RunState
from webapp.models import Configuration, HeldClearing, HeldPull, Report, Run, RunItem
from webapp.runs import hold_labels, holds, remaining_time, report_requests
from webapp.runs.code_retries import CodeRetries
from webapp.runs.hold_labels import Hold
from webapp.runs.part_counts import PartCounts
from webapp.runs.request_budget import RequestBudget
from webapp.runs.run_labels import Progress
from webapp.runs.run_progress import progress_of
from webapp.web.status_labels import StatusLabel


@dataclass(frozen=True)
class RunWatch:
    """Live view; `mark` changes whenever the page would: a poll with the same version gets no content.

    It starts with `step`, which changes with news that screen readers should announce. `budget` is None if
    there is nothing to wait for, or if it is unknown. `held` are the run's held clearings and pulls, `reason`
    is why it ended as it did apart from them.
    """

    run: Run
    status: StatusLabel
    reason: str | None
    progress: Progress
    counts: PartCounts
    remaining: str
    retries: CodeRetries
    budget: RequestBudget | None
    step: str
    mark: str
    held: list[Hold]

    @classmethod
    def of(cls, run: Run, configuration: Configuration, held: list[Hold] | None = None) -> RunWatch:
        """Return the current view of the run; `held` is what is held of it, if it is loaded already."""
        progress = progress_of([run.id])[run.id]
        budget = RequestBudget.of(configuration) if run.status == RunState.RUNNING else None
        waits = "-waits" if budget and not budget.left else ""
        delayed = "-delayed" if run.is_active and queues.is_unavailable() else ""
        if held is None:
            held = holds.of_run(run.id)
        decided = "".join(f"-{clearing.state}" for clearing in held)
        return cls(
            run=run,
            status=hold_labels.run_status(run, held),
            reason=hold_labels.reason(run, held),
            progress=progress,
            counts=PartCounts.of_run(progress),
            remaining=remaining_time.remaining(run),
            retries=CodeRetries.of(run, configuration),
            budget=budget,
            step=progress.step(run),
            mark=f"{progress.mark(run)}{waits}{delayed}{decided}",
            held=held,
        )

    @property
    def clearings(self) -> list[HeldClearing]:
        """Return the run's held clearings."""
        return [each for each in self.held if isinstance(each, HeldClearing)]

    @property
    def pulls(self) -> list[HeldPull]:
        """Return the run's held pulls."""
        return [each for each in self.held if isinstance(each, HeldPull)]

    @property
    def is_live(self) -> bool:
        """Return whether the page will change by itself: the run is active, or a decision is carried out."""
        return self.run.is_active or any(each.state == "applying" for each in self.held)

    @cached_property
    def reports(self) -> list[Report]:
        """Return the reports to offer; a cancelled or failed run offers none without rows."""
        has_result = self.run.status in APPLIED_STATES
        return [report for report in self.run.reports if report.rows or has_result]

    @cached_property
    def can_make_reports(self) -> bool:
        """Return whether missing reports can be regenerated."""
        return report_requests.can_be_made(self.run)

    def counts_of(self, item: RunItem) -> PartCounts:
        """Return what came of the parts of one supplier code."""
        return PartCounts.of_item(item)

    def item_status(self, item: RunItem) -> StatusLabel:
        """Return the status of one supplier code in the run."""
        if self.retries.retries(item):
            return StatusLabel("Retrying soon", "warning")
        return hold_labels.item_status(item, self._hold_of(item))

    def error_of(self, item: RunItem) -> str:
        """Return why one supplier code failed, or what became of its held pull; empty without either."""
        hold = self._hold_of(item)
        return hold_labels.detail(hold) if isinstance(hold, HeldPull) else item.error or ""

    def _hold_of(self, item: RunItem) -> Hold | None:
        return next((hold for hold in self.held if hold.run_item_id == item.id), None)
