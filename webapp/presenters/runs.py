"""Runs and their items in words."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.models import Run, RunItem
from webapp.presenters.tones import Saying

_STATUS = {
    "queued": Saying("Queued", "info", "Waiting for its turn."),
    "running": Saying("Running", "primary"),
    "succeeded": Saying("Succeeded", "success"),
    "partial": Saying("Partial", "warning", "Some supplier codes failed; the others are up to date."),
    "failed": Saying("Failed", "danger"),
    "skipped": Saying("Skipped", "secondary"),
    "cancelled": Saying("Cancelled", "secondary"),
}
_ITEM_STATUS = {
    "waiting": Saying("Waiting", "secondary"),
    "running": Saying("Running", "primary"),
    "succeeded": Saying("Succeeded", "success"),
    "failed": Saying("Failed", "danger"),
    "not_tried": Saying("Not tried", "secondary"),
}
_TRIGGER = {"scheduled": "Scheduled", "manual": "Queue Inventory Update", "command": "Command line"}
ENDED_ITEM_STATES = ("succeeded", "failed", "not_tried")


def status(run: Run) -> Saying:
    """A run's status; a run that was asked to end but has not yet says so."""
    if run.is_active and run.cancel_requested_at:
        return Saying("Cancelling", "warning", "It ends before it fetches the next page.")
    return _STATUS[run.status]


def item_status(item: RunItem) -> Saying:
    """The status of one supplier code in a run."""
    return _ITEM_STATUS[item.status]


def trigger(run: Run) -> str:
    """What started the run, and who asked for it."""
    said = _TRIGGER[run.trigger]
    return f"{said} by {run.requested_by.email}" if run.requested_by else said


@dataclass(frozen=True)
class Progress:
    """How far a run has come, over all its items."""

    done: int
    codes: int
    pages: int
    fetched: int
    synced: int
    skipped: int
    cleared: int
    changed: int

    @classmethod
    def of(cls, items: list[RunItem]) -> Progress:
        """The sum of the items so far."""
        names = ("pages", "fetched", "synced", "skipped", "cleared", "changed")
        sums = {name: sum(getattr(item, name) for item in items) for name in names}
        return cls(done=sum(item.status in ENDED_ITEM_STATES for item in items), codes=len(items), **sums)

    def mark(self, run: Run) -> str:
        """Changes whenever the page would: a poll that knows the mark needs no answer."""
        return f"{self.step(run)}{self.pages}-{self.fetched}"

    def step(self, run: Run) -> str:
        """How every mark begins until a code is done or the status changes: the news worth saying aloud."""
        return f"{status(run).label}-{self.done}-"
