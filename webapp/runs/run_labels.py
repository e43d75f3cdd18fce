"""Labels of runs and their items."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta

from webapp.core import clock
from webapp.core.limits import HEARTBEAT_TIMEOUT
from webapp.core.run_states import RunItemState, RunState
from webapp.models import HeldClearing, Run, RunItem
from webapp.web.status_labels import StatusLabel

_STATUS: dict[str, StatusLabel] = {
    RunState.QUEUED: StatusLabel("Queued", "info", "Waiting for its turn."),
    RunState.RUNNING: StatusLabel(
        "Running", "primary", "Fetching from Lightspeed, one supplier code after the other."
    ),
    RunState.SUCCEEDED: StatusLabel("Succeeded", "success", "Every supplier code is up to date."),
    RunState.PARTIAL: StatusLabel(
        "Partial", "warning", "Some supplier codes failed; the others are up to date."
    ),
    RunState.FAILED: StatusLabel("Failed", "danger"),
    RunState.SKIPPED: StatusLabel("Skipped", "secondary"),
    RunState.CANCELLED: StatusLabel("Cancelled", "secondary"),
}
_ITEM_STATUS: dict[str, StatusLabel] = {
    RunItemState.WAITING: StatusLabel("Waiting", "secondary"),
    RunItemState.RUNNING: StatusLabel("Running", "primary"),
    RunItemState.SUCCEEDED: StatusLabel("Succeeded", "success"),
    RunItemState.FAILED: StatusLabel("Failed", "danger"),
    RunItemState.NOT_TRIED: StatusLabel("Not tried", "secondary"),
}
_TRIGGER = {
    "scheduled": "Scheduled",
    "manual": "Queue Inventory Update",
    "command": "Command line",
    "retry": "Automatic retry",
}
_HELD = {
    "held": "It waits for somebody to decide.",
    "applying": "They are being set to zero.",
    "applied": "They were set to zero.",
    "kept": "They keep their quantity, for as long as Lightspeed gives the same answer.",
    "confirmed": "The next run got the same answer, and set them to zero.",
    "overtaken": "A later run got another answer.",
}

# A worker takes a run within seconds.
LATE_AFTER: dict[str, timedelta] = {
    RunState.QUEUED: timedelta(minutes=2),
    RunState.RUNNING: HEARTBEAT_TIMEOUT,
}
_LATE: dict[str, StatusLabel] = {
    RunState.QUEUED: StatusLabel(
        "Queued",
        "warning",
        "It has been waiting for longer than usual: every worker may be busy with other dealers. "
        "It starts by itself; tell our support if it has not within a quarter of an hour.",
    ),
    RunState.RUNNING: StatusLabel(
        "Running",
        "warning",
        f"Nothing was heard of it for more than {HEARTBEAT_TIMEOUT.seconds} seconds. Another worker takes "
        "it over by itself within about two minutes, and goes on with the codes that are not done.",
    ),
}
_GIVES_WAY = StatusLabel(
    "Queued",
    "info",
    "It lets updates of other dealers go first that have not begun yet, and goes on by itself with the codes "
    "that are not done.",
)


def status(run: Run) -> StatusLabel:
    """Return a run's status; a cancelled run that has not ended yet is labelled so."""
    if run.is_active and run.cancel_requested_at:
        return StatusLabel("Cancelling", "warning", "It ends before it fetches the next page.")
    if yields(run):
        return _GIVES_WAY
    return _LATE[run.status] if is_late(run) else _STATUS[run.status]


def yields(run: Run) -> bool:
    """Return whether a run that has begun yields to others."""
    return run.status == RunState.QUEUED and run.yielded_at is not None


def is_late(run: Run) -> bool:
    """Return whether an active run has been silent for longer than a healthy one."""
    if yields(run):
        return False
    last_sign = run.queued_at if run.status == RunState.QUEUED else run.heartbeat_at
    return run.is_active and last_sign is not None and clock.now() - last_sign > LATE_AFTER[run.status]


def item_status(item: RunItem) -> StatusLabel:
    """Return the status of one supplier code in a run."""
    return _ITEM_STATUS[item.status]


def held_state(clearing: HeldClearing) -> str:
    """Describe the state of a held clearing for a dealer."""
    return _HELD[clearing.state]


def trigger(run: Run) -> str:
    """Return the run's trigger, and the user who requested it."""
    said = _TRIGGER[run.trigger]
    if run.slot_hour is not None:
        said += f" for {run.slot_hour % 12 or 12}:00 {'AM' if run.slot_hour < 12 else 'PM'}"
    return f"{said} by {run.requested_by.email}" if run.requested_by else said


@dataclass(frozen=True)
class Progress:
    """Progress of a run over all its items."""

    done: int
    codes: int
    pages: int
    fetched: int
    synced: int
    skipped: int
    kept: int
    cleared: int
    changed: int
    prices_left: int

    @classmethod
    def none(cls) -> Progress:
        """Return the progress of a run without items."""
        return cls(*[0] * len(fields(cls)))

    def mark(self, run: Run) -> str:
        """Return a version that changes whenever the page would: a poll with the same version gets no
        content."""
        return f"{self.step(run)}{self.pages}-{self.fetched}{'-late' if is_late(run) else ''}"

    def step(self, run: Run) -> str:
        """Return the version's prefix, which changes with news that screen readers should announce."""
        return f"{status(run).label}-{self.done}-"
