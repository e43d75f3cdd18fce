"""Every state of the closed lists has its label."""

from __future__ import annotations

from webapp.core.enums import RUN_TRIGGERS
from webapp.core.run_states import RunItemState, RunState
from webapp.models import Run, RunItem, User
from webapp.runs import run_labels
from webapp.web import status_labels


def test_every_run_state_item_state_and_trigger_has_a_label():
    assert all(run_labels.status(Run(status=state)).label for state in RunState)
    assert all(run_labels.item_status(RunItem(status=state)).label for state in RunItemState)
    assert all(run_labels.trigger(Run(trigger=trigger)) for trigger in RUN_TRIGGERS)


def test_a_run_is_started_by_a_user_the_schedule_or_the_system():
    assert run_labels.starter(Run(trigger="manual", requested_by=User(email="a@b.example"))) == "a@b.example"
    assert run_labels.starter(Run(trigger="scheduled", slot_hour=13)) == "Schedule, 1:00 PM"
    starters = [run_labels.starter(Run(trigger=trigger)) for trigger in RUN_TRIGGERS]
    assert starters[:4] == ["Schedule", "Unknown user", "System", "Automatic retry"]
    assert starters[4:] == ["Changed matches, guards or freezes", "Preview", "Held update", "Restore"]
    beginnings = [run_labels.trigger(Run(trigger=trigger)) for trigger in RUN_TRIGGERS]
    assert beginnings[-1] == "Restore of an earlier state"


def test_every_tone_and_category_has_an_icon():
    names = ("success", "warning", "danger", "error", "info", "message", "primary", "secondary")
    tones = [status_labels.tone(name) for name in names]
    assert tones == ["ok", "warn", "bad", "bad", "info", "info", "info", "off"]
    assert [status_labels.tone_icon(tone) for tone in tones[:5]] == ["ok", "warn", "bad", "bad", "run"]
    assert [status_labels.note_icon(tone) for tone in tones[:5]] == ["ok", "warn", "bad", "bad", "info"]


def test_a_restore_says_what_it_did() -> None:
    run = Run(status="succeeded", trigger="restore")
    assert run_labels.status(run).sentence == "The earlier inventory is back."
