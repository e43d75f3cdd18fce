"""Every state of the closed lists has its label."""

from __future__ import annotations

from webapp.core.enums import RUN_TRIGGERS
from webapp.core.run_states import RunItemState, RunState
from webapp.models import Run, RunItem
from webapp.runs import run_labels
from webapp.web import status_labels


def test_every_run_state_item_state_and_trigger_has_a_label():
    assert all(run_labels.status(Run(status=state)).label for state in RunState)
    assert all(run_labels.item_status(RunItem(status=state)).label for state in RunItemState)
    assert all(run_labels.trigger(Run(trigger=trigger)) for trigger in RUN_TRIGGERS)


def test_the_categories_of_flask_security_have_a_tone():
    assert [status_labels.alert_tone(name) for name in ("error", "success", "info")] == [
        "danger",
        "success",
        "info",
    ]
