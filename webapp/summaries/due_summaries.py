"""Makes the summaries that are due, and queues their messages, once for each period."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime
from typing import Final

import structlog
from sqlalchemy import select

from webapp.alerts import outbox
from webapp.alerts.alert_rows import begin_read_only
from webapp.core.enums import SUMMARY_PERIODS
from webapp.extensions import db
from webapp.models import AlertRecipients, Configuration, Dealer, StoredSummary, SummaryChoice
from webapp.models.upserts import insert_new
from webapp.summaries import content, periods
from webapp.summaries.periods import Period

log = structlog.get_logger(__name__)

# Seconds. What is left is made in the next round.
BUDGET: Final = 20.0


def queue_due(now: datetime, should_stop: Callable[[], bool] = lambda: False) -> int:
    """Make and queue the summaries that are due, one transaction each; return how many were made.

    A summary that fails is logged, and tried again in the next round. That of a day or week in which nothing
    changed is stored too; only weekly ones are then sent.
    """
    made, deadline = 0, time.monotonic() + BUDGET
    for kind in SUMMARY_PERIODS:
        for dealer_id, period in _due(kind, now):
            if should_stop() or time.monotonic() > deadline:
                return made
            try:
                made += _make(dealer_id, period, now)
            except Exception:
                db.session.rollback()
                log.exception("summary.failed", dealer=dealer_id, period=kind)
    return made


def _due(kind: str, now: datetime) -> list[tuple[int, Period]]:
    """Return the dealers with a recipient whose summary is due and not made yet."""
    begin_read_only()
    zones = db.session.scalars(
        select(Dealer.timezone).join(SummaryChoice, SummaryChoice.dealer_id == Dealer.id).distinct()
    )
    by_day: dict[date, dict[str, Period]] = defaultdict(dict)
    for zone in zones:
        period = periods.due(kind, zone, now)
        if period is not None:
            by_day[period.starts_on][zone] = period
    found = [row for day, zone_periods in by_day.items() for row in _of_day(kind, day, zone_periods)]
    db.session.rollback()
    return found


def _of_day(kind: str, starts_on: date, of_zones: dict[str, Period]) -> list[tuple[int, Period]]:
    made = select(StoredSummary.id).where(
        StoredSummary.dealer_id == Dealer.id,
        StoredSummary.period == kind,
        StoredSummary.starts_on == starts_on,
    )
    query = (
        select(Dealer.id, Dealer.timezone, SummaryChoice.since)
        .join(SummaryChoice, SummaryChoice.dealer_id == Dealer.id)
        .join(Configuration, Configuration.dealer_id == Dealer.id)
        .where(SummaryChoice.period == kind, Configuration.enabled, Dealer.closed_at.is_(None))
        .where(Dealer.timezone.in_(of_zones), ~made.exists())
        .order_by(Dealer.id)
    )
    found = [(row.id, of_zones[row.timezone], row.since) for row in db.session.execute(query)]
    return list({dealer_id: period for dealer_id, period, since in found if _counts(since, period)}.items())


def _counts(since: datetime, period: Period) -> bool:
    """Return whether a choice was made before the summary was due: nobody gets one of the past."""
    return since < period.due_at


def _make(dealer_id: int, period: Period, now: datetime) -> bool:
    """Make a summary and queue its messages; false if another scheduler made it."""
    begin_read_only()
    made = content.of_period(db.session.get_one(Dealer, dealer_id), period)
    db.session.rollback()
    row = {
        "dealer_id": dealer_id,
        "period": period.kind,
        "starts_on": period.starts_on,
        "created_at": now,
        "body": content.packed(made),
    }
    new = insert_new(StoredSummary).values(row).returning(StoredSummary.id)
    summary_id = db.session.scalar(new)
    if summary_id is not None and (made.sentences or period.kind == "weekly"):
        recipients = db.session.get(AlertRecipients, dealer_id)
        outbox.queue_summary(recipients, _chosen(dealer_id, period), summary_id, now)
    db.session.commit()
    return summary_id is not None


def _chosen(dealer_id: int, period: Period) -> set[tuple[str, str]]:
    """Return the channels and address keys that chose this summary in time."""
    query = select(SummaryChoice).where(
        SummaryChoice.dealer_id == dealer_id, SummaryChoice.period == period.kind
    )
    return {(row.channel, row.address_key) for row in db.session.scalars(query) if _counts(row.since, period)}
