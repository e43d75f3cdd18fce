"""A run could match far fewer of a dealer's parts than is usual: a mapping or a catalog may have gone wrong.

What a run did not match is compared with the same codes in the runs before it, so that a code which failed
this time, with a share of its own, makes no difference. It is worked out once a run and kept. Retries are of
few codes, and say nothing of the others: they are left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from flask import current_app
from sqlalchemy import or_, select

from webapp.alerts.alert_rows import look_only, replace_rows
from webapp.alerts.alert_rule import AlertRule, Finding
from webapp.alerts.baseline import Comparison, Counts, compare
from webapp.alerts.recent import last_with_outcome
from webapp.extensions import db
from webapp.models import Configuration, Run, RunItem, UnmatchedShare

WITH_PARTS: Final = ("succeeded", "partial")
# A week of runs before the last: what was new becomes usual in half of it.
RUNS_BEFORE: Final = 28
# Of so many dealers at a time; those that are left are looked at by the next round.
DEALERS_AT_ONCE: Final = 500


def found(_now: datetime) -> Iterator[Finding]:
    """Every enabled dealer whose last run's unmatched share is clearly above what is usual for it."""
    compare_new_runs()
    least, rise = (current_app.config[f"ALERT_UNMATCHED_{name}"] for name in ("MINIMUM", "RISE"))
    above = UnmatchedShare.share - UnmatchedShare.usual
    wanted = (
        select(UnmatchedShare)
        .join(Configuration, Configuration.dealer_id == UnmatchedShare.dealer_id)
        .where(Configuration.enabled, UnmatchedShare.parts >= least, above >= rise / 2)
    )
    for row in db.session.scalars(wanted):
        usual = row.usual or 0.0
        sentence = (
            f"Run {row.run_id} could not match {row.share:.0%} of {row.parts:,} parts, "
            f"where {usual:.0%} is usual. See the skipped parts for the reasons."
        )
        # Half way back is back: at the limit itself it would go to and fro.
        yield Finding(row.dealer_id, sentence, only_if_open=row.share - usual < rise)


def compare_new_runs() -> None:
    """Compare the last run of each dealer with those before it, where that has not been done; commits."""
    look_only()
    last = last_with_outcome(Configuration.dealer_id, WITH_PARTS, retries="none")
    wanted = (
        select(Configuration.dealer_id, last.label("run_id"))
        .outerjoin(UnmatchedShare, UnmatchedShare.dealer_id == Configuration.dealer_id)
        .where(Configuration.enabled, or_(UnmatchedShare.run_id.is_(None), UnmatchedShare.run_id != last))
        .where(last.is_not(None))
        .limit(DEALERS_AT_ONCE)
    )
    runs = {row.dealer_id: row.run_id for row in db.session.execute(wanted)}
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
    look_only()


def _counts(dealer_ids: list[int]) -> dict[int, dict[int, Counts]]:
    """Matched and unmatched parts by dealer, run and code, of the last runs of these dealers."""
    oldest = last_with_outcome(Configuration.dealer_id, WITH_PARTS, RUNS_BEFORE, retries="none")
    from_run = db.func.coalesce(oldest, 0)
    wanted: Any = (
        select(Run.dealer_id, Run.id, RunItem.code_key, RunItem.synced, RunItem.skipped)
        .join(Configuration, Configuration.dealer_id == Run.dealer_id)
        .join(RunItem, RunItem.run_id == Run.id)
        .where(Configuration.dealer_id.in_(dealer_ids), Run.id >= from_run)
        .where(Run.status.in_(WITH_PARTS), Run.trigger != "retry", RunItem.status == "succeeded")
    )
    found: dict[int, dict[int, Counts]] = defaultdict(lambda: defaultdict(dict))
    for dealer_id, run_id, code, synced, skipped in db.session.execute(wanted):
        found[dealer_id][run_id][code] = (synced, skipped)
    return found


def _row(dealer_id: int, run_id: int, compared: Comparison) -> dict[str, Any]:
    return {"dealer_id": dealer_id, "run_id": run_id, **asdict(compared)}


CAUSE = AlertRule(
    name="unmatched",
    label="Far more parts unmatched than usual",
    tone="warning",
    over="The share of parts that match no product is no longer unusual.",
    found=found,
)
