"""Registration of the pages about runs and their template filters."""

from __future__ import annotations

from flask import Flask

from webapp.runs import remaining_time, run_details, run_labels
from webapp.runs.views import reports, runs, skipped


def register(app: Flask) -> None:
    """Register the pages about runs and their template filters."""
    for view in (runs, reports, skipped):
        app.register_blueprint(view.pages)
    app.jinja_env.filters.update(
        remaining=remaining_time.remaining,
        remedy=run_details.remedy,
        run_settings=run_details.settings,
        run_status=run_labels.status,
        item_status=run_labels.item_status,
        held_state=run_labels.held_state,
        trigger=run_labels.trigger,
    )
