"""Labels of runs and their items."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta

from webapp.core import clock
from webapp.core.enums import STORED_TRIGGERS
from webapp.core.limits import HEARTBEAT_TIMEOUT
from webapp.core.run_states import RunItemState, RunState
from webapp.models import Run, RunItem
from webapp.web.status_labels import StatusLabel

_STATUS: dict[str, StatusLabel] = {
    RunState.QUEUED: StatusLabel("Queued", "info", "Waiting to start."),
    RunState.RUNNING: StatusLabel(
        "Running", "primary", "Downloading from Lightspeed, one supplier code at a time."
    ),
    RunState.SUCCEEDED: StatusLabel("Succeeded", "success", "Every supplier code is up to date."),
    RunState.PARTIAL: StatusLabel(
        "Partial", "warning", "Some supplier codes failed. The rest are up to date."
    ),
    RunState.FAILED: StatusLabel("Failed", "danger"),
    RunState.SKIPPED: StatusLabel("Skipped", "secondary"),
    RunState.CANCELLED: StatusLabel("Cancelled", "secondary"),
}
_ITEM_STATUS: dict[str, StatusLabel] = {
    RunItemState.WAITING: StatusLabel("Waiting", "secondary"),
    RunItemState.RUNNING: StatusLabel("Downloading", "primary"),
    RunItemState.SUCCEEDED: StatusLabel("Succeeded", "success"),
    RunItemState.FAILED: StatusLabel("Failed", "danger"),
    RunItemState.NOT_TRIED: StatusLabel("Not tried", "secondary"),
}
_TRIGGER = {
    "scheduled": "Scheduled",
    "manual": "Requested",
    "command": "Started by the system",
    "retry": "Automatic retry",
    "alias": "After a change of matches, guards or freezes",
    "preview": "From a preview",
    "held": "After a decision on a held update",
    "restore": "Restore of an earlier state",
}
# A request that names no user is from an earlier release.
_STARTER = {
    "scheduled": "Schedule",
    "manual": "Unknown user",
    "command": "System",
    "retry": "Automatic retry",
    "alias": "Changed matches, guards or freezes",
    "preview": "Preview",
    "held": "Held update",
    "restore": "Restore",
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
        "This is taking longer than usual to start: all workers may be busy with other dealers. It starts "
        "automatically. If it hasn’t started in 15 minutes, contact support.",
    ),
    RunState.RUNNING: StatusLabel(
        "Running",
        "warning",
        f"No response for more than {HEARTBEAT_TIMEOUT.seconds} seconds. Another worker takes over within "
        "about two minutes and continues with the codes that are left.",
    ),
}
_APPLYING = StatusLabel("Running", "primary", "Rechecking the latest data of each code.")
_RESTORE: dict[str, StatusLabel] = {
    RunState.RUNNING: StatusLabel("Running", "primary", "Restoring one supplier code at a time."),
    RunState.SUCCEEDED: StatusLabel("Succeeded", "success", "The earlier inventory is back."),
}
_YIELDS = StatusLabel("Queued", "info", "Paused for other dealers; resumes automatically.")
_STOPPING = StatusLabel(
    "Stopping…", "warning", "Nothing more is downloaded. Codes that are done stay updated."
)


def status(run: Run) -> StatusLabel:
    """Return a run's status; a cancelled run that has not ended yet is labelled so."""
    if run.is_active and run.cancel_requested_at:
        return _STOPPING
    if yields(run):
        return _YIELDS
    if is_late(run):
        return _LATE[run.status]
    if run.trigger == "restore" and run.status in _RESTORE:
        return _RESTORE[run.status]
    is_applying = run.status == RunState.RUNNING and run.trigger in STORED_TRIGGERS
    return _APPLYING if is_applying else _STATUS[run.status]


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


def trigger(run: Run) -> str:
    """Return how the run was started, as the beginning of a sentence."""
    said = _TRIGGER[run.trigger]
    if run.slot_hour is not None:
        said += f" for {_slot(run.slot_hour)}"
    return f"{said} by {run.requested_by.email}" if run.requested_by else said


def starter(run: Run) -> str:
    """Return who or what started the run: a user, or the schedule with the time of its slot."""
    if run.requested_by and run.trigger not in STORED_TRIGGERS:
        return run.requested_by.email
    said = _STARTER[run.trigger]
    return said if run.slot_hour is None else f"{said}, {_slot(run.slot_hour)}"


def _slot(hour: int) -> str:
    return f"{hour % 12 or 12}:00 {'AM' if hour < 12 else 'PM'}"


@dataclass(frozen=True)
class Progress:
    """Progress of a run over all its items. `applied` are the rows received for succeeded ones."""

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
    prices_blocked: int
    kept_absent: int
    requests: int
    rate_waited_ms: int
    applied: int

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
