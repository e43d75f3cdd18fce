"""Refuses pulls whose data is old, for dealers that chose so (R29)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from flask import current_app

from jobs.sync.code_result import CodeResult
from jobs.sync.fetch import Pulled
from webapp.core import clock
from webapp.core.run_states import RunItemState
from webapp.models import Run
from webapp.web.times import span

# Not among `PASSING_ERRORS`: data gets no younger in a few minutes.
KIND: Final = "old_data"
SENTENCE: Final = "Lightspeed’s data for this code is {age} old, and Hold Updates with Old Data is on."


def refusal(run: Run, pulled: Pulled) -> CodeResult | None:
    """Return the result of a code whose data is older than `DATA_AGE_HOURS`; None if it may be applied.

    Nothing of it is applied then, and its rows are released.
    """
    if not (run.settings or {}).get("hold_old_data"):
        return None
    gathered = pulled.rows.gathered.summary_now()
    if gathered is None:
        return None
    age = clock.now() - gathered.median
    if age <= timedelta(hours=current_app.config["DATA_AGE_HOURS"]):
        return None
    pulled.rows.close()
    return CodeResult(RunItemState.FAILED, KIND, SENTENCE.format(age=span(age)), gathered=gathered)
