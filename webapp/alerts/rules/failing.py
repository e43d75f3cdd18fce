"""Rule: a dealer's last two runs both failed or were partial; skipped and cancelled ones do not count.

Failed retry runs don't count either: a code that fails twice within minutes has not failed in two runs in a
row. And a run that only put something on hold brought every code; the hold has an alert of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
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
        select(last.dealer_id, *_outcome("last", last), *_outcome("before", before))
        .select_from(Configuration)
        .join(last, last.id == last_with_outcome(Configuration.dealer_id, retries="succeeded"))
        .join(before, before.id == last_with_outcome(Configuration.dealer_id, offset=1, retries="succeeded"))
        .where(Configuration.enabled, last.status.in_(PROBLEM_STATES), before.status.in_(PROBLEM_STATES))
    )
    for row in db.session.execute(query):
        if is_only_on_hold(row.last_status, row.last_reason, row.last_missing) or is_only_on_hold(
            row.before_status, row.before_reason, row.before_missing
        ):
            continue
        sentence = (
            f"The last two runs had problems: run {row.before_id} {WORDS[row.before_status]}, "
            f"then run {row.last_id} {WORDS[row.last_status]}."
        )
        why = explanation(without_hold(row.last_reason), row.last_missing) or ""
        yield Finding(row.dealer_id, f"{sentence} {why[:LONGEST_REASON]}".strip())


def _outcome(name: str, run: type[Run]) -> Iterator[ColumnElement[Any]]:
    columns = {"id": run.id, "status": run.status, "reason": run.reason, "missing": run.reports_missing}
    return (column.label(f"{name}_{key}") for key, column in columns.items())


RULE = AlertRule(
    name="failing",
    label="Two updates in a row had problems",
    tone="danger",
    over="Updates are no longer failing.",
    found=found,
)
