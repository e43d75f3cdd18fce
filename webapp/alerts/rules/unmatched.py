"""Rule: a run matched far fewer of a dealer's parts than usual; a mapping or a catalog may be wrong.

The run's unmatched share is compared with that of the same codes in earlier runs, so that a failed code with
a share of its own makes no difference. The comparison is computed once per run and stored. Retry runs cover
few codes and are excluded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from flask import current_app
from sqlalchemy import or_, select

from webapp.alerts.alert_rows import begin_read_only
from webapp.alerts.alert_rule import AlertRule, Finding
from webapp.alerts.baseline import Comparison, Counts, compare
from webapp.alerts.recent import last_with_outcome
from webapp.core.enums import STORED_TRIGGERS
from webapp.core.run_states import APPLIED_STATES, RunItemState
from webapp.extensions import db
from webapp.models import Configuration, Run, RunItem, UnmatchedShare
from webapp.models.upserts import replace_rows

# A week of runs before the last: a permanent change becomes the norm in half of it.
RUNS_BEFORE: Final = 28
# Batch size in dealers; the rest is compared by the next evaluation.
DEALERS_AT_ONCE: Final = 500


def found(_now: datetime) -> Iterator[Finding]:
    """Find every enabled dealer whose last run's unmatched share is clearly above its median."""
    compare_new_runs()
    least, rise = (current_app.config[f"ALERT_UNMATCHED_{name}"] for name in ("MINIMUM", "RISE"))
    above = UnmatchedShare.share - UnmatchedShare.usual
    query = (
        select(UnmatchedShare)
        .join(Configuration, Configuration.dealer_id == UnmatchedShare.dealer_id)
        .where(Configuration.enabled, UnmatchedShare.parts >= least, above >= rise / 2)
    )
    for row in db.session.scalars(query):
        usual = row.usual or 0.0
        sentence = (
            f"Run {row.run_id} couldn't match {row.share:.0%} of {row.parts:,} parts (usually {usual:.0%}). "
            "See the skipped parts for the reasons."
        )
        # Hysteresis: the alert closes halfway below the threshold, so that it doesn't flap.
        yield Finding(row.dealer_id, sentence, only_if_open=row.share - usual < rise)


def compare_new_runs() -> None:
    """Compare the last run of each dealer with those before it, if not yet done; commits."""
    begin_read_only()
    last = last_with_outcome(Configuration.dealer_id, APPLIED_STATES, retries="none")
    query = (
        select(Configuration.dealer_id, last.label("run_id"))
        .outerjoin(UnmatchedShare, UnmatchedShare.dealer_id == Configuration.dealer_id)
        .where(Configuration.enabled, or_(UnmatchedShare.run_id.is_(None), UnmatchedShare.run_id != last))
        .where(last.is_not(None))
        .limit(DEALERS_AT_ONCE)
    )
    runs = {row.dealer_id: row.run_id for row in db.session.execute(query)}
    if not runs:
        return
    counts = _counts(list(runs))
    least = current_app.config["ALERT_UNMATCHED_MINIMUM"]
    db.session.rollback()
    rows = [
        _row(dealer_id, run_id, compare(counts[dealer_id], run_id, least))
        for dealer_id, run_id in runs.items()
    ]
    db.session.execute(replace_rows(UnmatchedShare, "dealer_id", rows))
    db.session.commit()
    begin_read_only()


def _counts(dealer_ids: list[int]) -> dict[int, dict[int, Counts]]:
    """Return matched and unmatched parts by dealer, run and code, of the last runs of these dealers."""
    oldest = last_with_outcome(Configuration.dealer_id, APPLIED_STATES, RUNS_BEFORE, retries="none")
    from_run = db.func.coalesce(oldest, 0)
    query: Any = (
        select(Run.dealer_id, Run.id, RunItem.code_key, RunItem.synced, RunItem.skipped)
        .join(Configuration, Configuration.dealer_id == Run.dealer_id)
        .join(RunItem, RunItem.run_id == Run.id)
        .where(Configuration.dealer_id.in_(dealer_ids), Run.id >= from_run)
        .where(
            Run.status.in_(APPLIED_STATES),
            Run.trigger.not_in(("retry", *STORED_TRIGGERS)),
            RunItem.status == RunItemState.SUCCEEDED,
        )
    )
    counts: dict[int, dict[int, Counts]] = defaultdict(lambda: defaultdict(dict))
    for dealer_id, run_id, code, synced, skipped in db.session.execute(query):
        counts[dealer_id][run_id][code] = (synced, skipped)
    return counts


def _row(dealer_id: int, run_id: int, compared: Comparison) -> dict[str, Any]:
    return {"dealer_id": dealer_id, "run_id": run_id, **asdict(compared)}


RULE = AlertRule(
    name="unmatched",
    label="Unusually many unmatched parts",
    tone="warning",
    over="The share of unmatched parts is back to normal.",
    found=found,
)
