"""Registration of the pages about runs and their template filters."""

from __future__ import annotations

from flask import Flask

from webapp.runs import data_age, hold_labels, run_details, run_labels
from webapp.runs.views import changes, reports, runs


def register(app: Flask) -> None:
    """Register the pages about runs and their template filters."""
    for view in (runs, reports, changes):
        app.register_blueprint(view.pages)
    app.jinja_env.filters.update(
        data_age=data_age.of_item,
        is_old_data=data_age.is_old,
        run_settings=run_details.settings,
        run_status=run_labels.status,
        held_heading=hold_labels.heading,
        held_detail=hold_labels.detail,
        trigger=run_labels.trigger,
        starter=run_labels.starter,
    )
