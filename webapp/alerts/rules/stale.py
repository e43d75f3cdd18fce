"""Rule: no run of a dealer has succeeded for 13 hours in which runs were due (R6, R7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import Select, delete, func, literal, select
from sqlalchemy.orm import aliased

from webapp.alerts.alert_rows import begin_read_only
from webapp.alerts.alert_rule import AlertRule, Finding
from webapp.alerts.business_time import enough_passed
from webapp.alerts.recent import last_with_outcome
from webapp.core.run_states import RunState
from webapp.extensions import db
from webapp.models import AlertState, Configuration, Dealer, Run, SupplierCode
from webapp.models.types import UtcDateTime
from webapp.models.upserts import insert_new

# Time for a run to end.
GRACE_PERIOD = timedelta(hours=1)
DAY = 24


def stale_after(hours: Iterable[int]) -> timedelta:
    """Return the longest time without a success: two slots, one of which may fail, and time for the second to
    end.

    13 hours with runs every six hours; longer if `SYNC_HOURS` has longer gaps.
    """
    slots = sorted(hours)
    gaps = [(after - slot) % DAY or DAY for slot, after in zip(slots, slots[1:] + slots[:1], strict=True)]
    return timedelta(hours=max(a + b for a, b in zip(gaps, gaps[1:] + gaps[:1], strict=True))) + GRACE_PERIOD


def found(now: datetime) -> Iterator[Finding]:
    """Find every dealer with expected runs of which none succeeded for that long on enabled days."""
    watch(now)
    limit = stale_after(current_app.config["SYNC_HOURS"])
    hours = int(limit.total_seconds() // 3600)
    success = aliased(Run)
    query = (
        select(Dealer.id, Dealer.timezone, Configuration.disabled_days, AlertState.since, success.finished_at)
        .join(AlertState, AlertState.dealer_id == Dealer.id)
        .join(Configuration, Configuration.dealer_id == Dealer.id)
        .outerjoin(success, success.id == last_with_outcome(Dealer.id, (RunState.SUCCEEDED,)))
        .where(
            AlertState.since < now - limit,
            func.coalesce(success.finished_at, AlertState.since) < now - limit,
        )
    )
    for dealer_id, timezone, disabled_days, watched, succeeded in db.session.execute(query):
        since = max(watched, succeeded) if succeeded else watched
        if enough_passed(since, now, timezone, disabled_days, limit):
            yield Finding(dealer_id, _sentence(hours, succeeded is not None, disabled_days))


def _sentence(hours: int, ever: bool, disabled_days: int) -> str:
    sentence = f"No update has succeeded for more than {hours} hours."
    if not ever:
        sentence = f"No update has succeeded yet. The first was due more than {hours} hours ago."
    return f"{sentence} Disabled days don't count." if disabled_days else sentence


def watch(now: datetime) -> None:
    """Record since when runs of each dealer are expected, and delete dealers without expected runs; commits.

    For a dealer that is enabled again, or gets its first code, the time starts again.
    """
    begin_read_only()
    if not any(db.session.execute(rows.limit(1)).first() for rows in (_unwatched(now), _no_longer())):
        return
    db.session.rollback()
    gone = AlertState.dealer_id.in_(_no_longer())
    db.session.execute(delete(AlertState).where(gone))
    db.session.execute(insert_new(AlertState).from_select(["dealer_id", "since"], _unwatched(now)))
    db.session.commit()
    begin_read_only()


def _expected() -> Select[Any]:
    mapped = select(SupplierCode.dealer_id)
    return select(Configuration.dealer_id).where(Configuration.enabled, Configuration.dealer_id.in_(mapped))


def _unwatched(now: datetime) -> Select[Any]:
    new = _expected().where(Configuration.dealer_id.not_in(select(AlertState.dealer_id)))
    return new.add_columns(literal(now, UtcDateTime))


def _no_longer() -> Select[Any]:
    return select(AlertState.dealer_id).where(AlertState.dealer_id.not_in(_expected()))


RULE = AlertRule(
    name="stale",
    label="No recent update",
    tone="danger",
    over="An update succeeded, or none is due.",
    found=found,
)
