"""Chart of the parts that each of a dealer's last runs synced and skipped."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from flask import url_for
from sqlalchemy import func, select

from webapp.core.enums import STORED_TRIGGERS
from webapp.core.run_states import OUTCOME_STATES
from webapp.extensions import db
from webapp.models import Dealer, Run, RunItem
from webapp.web import times
from webapp.web.charts import Bar, Chart

RUNS: Final = 30
SERIES: Final = ("Synced", "Skipped")


class _Sums(NamedTuple):
    run_id: int
    queued_at: datetime
    synced: int
    skipped: int


def run_chart(dealer: Dealer) -> Chart:
    """Return the chart of up to `RUNS` runs with a result, the oldest first."""
    return Chart([_bar(dealer, row) for row in _sums(dealer.id)], SERIES)


def _bar(dealer: Dealer, row: _Sums) -> Bar:
    local = row.queued_at.astimezone(dealer.zone)
    day = f"{local:%b} {local.day}"
    when = times.brief(row.queued_at, dealer.zone)
    url = url_for("runs.show", dealer_id=dealer.id, run_id=row.run_id)
    return Bar(f"Run {row.run_id}", when, day, url, row.synced, row.skipped)


def _sums(dealer_id: int) -> list[_Sums]:
    last = (
        select(Run.id, Run.queued_at)
        .where(Run.dealer_id == dealer_id, Run.status.in_(OUTCOME_STATES))
        .where(Run.trigger.not_in(STORED_TRIGGERS))
        .order_by(Run.id.desc())
        .limit(RUNS)
        .subquery()
    )
    synced, skipped = (func.coalesce(func.sum(column), 0) for column in (RunItem.synced, RunItem.skipped))
    query = (
        select(last.c.id, last.c.queued_at, synced, skipped)
        .outerjoin(RunItem, RunItem.run_id == last.c.id)
        .group_by(last.c.id, last.c.queued_at)
        .order_by(last.c.id)
    )
    return [_Sums(run_id, at, int(good), int(bad)) for run_id, at, good, bad in db.session.execute(query)]
