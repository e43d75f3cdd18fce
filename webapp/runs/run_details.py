"""Settings of a run, and remedies for failed codes."""

from __future__ import annotations

from datetime import date, timedelta

from webapp.core.enums import QUANTITY_COLUMN_LABELS
from webapp.core.limits import FRESH_DAYS
from webapp.core.run_states import RunItemState
from webapp.models import Run, RunItem

_NOTHING = "Nothing of this code was changed."
_BY_ITSELF = f"{_NOTHING} It is tried again by itself, at the latest by the next scheduled run."
_REMEDIES = {
    "account": f"{_NOTHING} Look at the credentials, then queue another update.",
    "other_dealer": "The next scheduled run tries it again.",
}


def settings(run: Run) -> list[str]:
    """Describe the settings with which the run started; empty before its start."""
    if not run.settings:
        return []
    since = date.fromisoformat(run.settings["today"]) - timedelta(days=FRESH_DAYS)
    return [
        f"Quantity Column {QUANTITY_COLUMN_LABELS[run.settings['quantity_column']]}",
        f"Clear Previous Quantities {'on' if run.settings['clear_previous'] else 'off'}",
        f"parts changed since {since:%b} {since.day}, {since.year}",
    ]


def remedy(item: RunItem) -> str:
    """Return what a dealer can do about a failed code; empty for any other."""
    if item.status != RunItemState.FAILED:
        return ""
    return _REMEDIES.get(item.error_kind or "", _BY_ITSELF)
