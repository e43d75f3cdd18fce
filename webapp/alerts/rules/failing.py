"""Rule: a dealer's last two runs both failed or were partial; skipped and cancelled ones do not count.

Failed retry runs don't count either: a code that fails twice within minutes has not failed in two runs in a
row. And a run that only put something on hold brought every code; the hold has an alert of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased

from webapp.alerts.alert_rule import AlertRule, Finding
from webapp.alerts.recent import last_with_outcome
from webapp.core.run_states import PROBLEM_STATES, RunState, explanation, is_only_on_hold, without_hold
from webapp.extensions import db
from webapp.models import Configuration, Run

WORDS: dict[str, str] = {RunState.FAILED: "failed", RunState.PARTIAL: "was partial"}
LONGEST_REASON = 300


def found(_now: datetime) -> Iterator[Finding]:
    """Find every enabled dealer whose last two runs with an outcome were both bad."""
    last, before = aliased(Run), aliased(Run)
    query = (
        select(
            last.dealer_id,
            last.id,
            last.status,
            last.reason,
            last.reports_missing,
            before.id,
            before.status,
            before.reason,
            before.reports_missing,
        )
        .select_from(Configuration)
        .join(last, last.id == last_with_outcome(Configuration.dealer_id, retries="succeeded"))
        .join(before, before.id == last_with_outcome(Configuration.dealer_id, offset=1, retries="succeeded"))
        .where(Configuration.enabled, last.status.in_(PROBLEM_STATES), before.status.in_(PROBLEM_STATES))
    )
    for dealer_id, run, status, reason, missing, earlier, *of_earlier in db.session.execute(query):
        if is_only_on_hold(status, reason, missing) or is_only_on_hold(*of_earlier):
            continue
        sentence = (
            f"The last two runs had problems: run {earlier} {WORDS[of_earlier[0]]}, "
            f"then run {run} {WORDS[status]}."
        )
        why = explanation(without_hold(reason), missing) or ""
        yield Finding(dealer_id, f"{sentence} {why[:LONGEST_REASON]}".strip())


RULE = AlertRule(
    name="failing",
    label="Two updates in a row had problems",
    tone="danger",
    over="Updates are no longer failing.",
    found=found,
)
