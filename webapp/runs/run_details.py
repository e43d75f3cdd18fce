"""Settings of a run."""

from __future__ import annotations

from datetime import date, timedelta

from webapp.core.enums import QUANTITY_COLUMN_LABELS
from webapp.core.limits import FRESH_DAYS
from webapp.models import Run


def settings(run: Run) -> list[str]:
    """Describe the settings with which the run started; empty before its start."""
    if not run.settings:
        return []
    since = date.fromisoformat(run.settings["today"]) - timedelta(days=FRESH_DAYS)
    told = [
        f"Quantity Column: {QUANTITY_COLUMN_LABELS[run.settings['quantity_column']]}",
        f"Clear Previous Quantities: {'on' if run.settings['clear_previous'] else 'off'}",
        f"Parts changed since {since:%b} {since.day}, {since.year}",
    ]
    return [*told, *["Hold Updates with Old Data: on"] * bool(run.settings.get("hold_old_data"))]
