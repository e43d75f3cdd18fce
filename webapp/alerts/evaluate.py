"""Evaluation of all alert rules: opens new alerts, closes those that ended, and queues notifications.

Alerts follow the state, not events: an evaluation may be missed, repeated, or run concurrently on two
machines. The database's partial unique index rejects a second open alert, and only the evaluation that made a
change queues its notification.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import select, update

from webapp.alerts import digest, outbox
from webapp.alerts.alert_rows import begin_read_only
from webapp.alerts.alert_rule import AlertRule, Finding
from webapp.alerts.rules import RULES
from webapp.core import clock
from webapp.extensions import db
from webapp.models import Alert
from webapp.models.upserts import insert_new

log = structlog.get_logger(__name__)

Key = tuple[int, str, str]
# Rows per statement: each row is a handful of parameters, of which SQLite accepts 32,766.
BATCH = 500


@dataclass(frozen=True)
class Evaluation:
    """Result of an evaluation, as numbers of alerts; `failed` names the rules that raised an error."""

    opened: int
    closed: int
    failed: tuple[str, ...]


@dataclass
class _Changes:
    new: dict[Key, Finding] = field(default_factory=dict)
    reworded: dict[int, str] = field(default_factory=dict)
    over: list[int] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.new or self.reworded or self.over)


def evaluate_rules(now: datetime | None = None, rules: Iterable[AlertRule] = RULES) -> Evaluation:
    """Bring the open alerts in line with the current state; commits.

    A rule that fails leaves its alerts as they are, and doesn't stop the others.
    """
    now = now or clock.now()
    looked = {rule.name: _look(rule, now) for rule in rules}
    found = {name: places for name, places in looked.items() if places is not None}
    begin_read_only()
    changes = _changes(found)
    db.session.rollback()
    opened, closed = _apply(changes, now) if changes else (0, 0)
    digest.queue_daily(now)
    return Evaluation(opened, closed, tuple(name for name in looked if name not in found))


def _look(rule: AlertRule, now: datetime) -> list[Finding] | None:
    """Return where the rule's condition holds; None if the rule failed."""
    try:
        begin_read_only()
        return list(rule.found(now))
    except Exception:
        log.exception("alert.cause_failed", cause=rule.name)
        return None


def _changes(found: Mapping[str, list[Finding]]) -> _Changes:
    """Return the differences between open alerts and findings, for the rules that did not fail."""
    present = select(Alert).where(Alert.closed_at.is_(None), Alert.cause.in_(found))
    open_now = {
        (alert.dealer_key, alert.cause, alert.subject): alert for alert in db.session.scalars(present)
    }
    holds = {(one.dealer_id or 0, name, one.subject): one for name, each in found.items() for one in each}
    changes = _Changes(over=[alert.id for key, alert in open_now.items() if key not in holds])
    for key, one in holds.items():
        alert = open_now.get(key)
        if alert is None and not one.only_if_open:
            changes.new[key] = one
        elif alert is not None and alert.sentence != one.sentence and not one.only_if_open:
            changes.reworded[alert.id] = one.sentence
    return changes


def _apply(changes: _Changes, now: datetime) -> tuple[int, int]:
    """Open, close and reword alerts, with their notifications, in one transaction; return the counts."""
    opened = [alert_id for some in _batches(list(changes.new.items())) for alert_id in _open(some, now)]
    outbox.queue_opened(opened, now)
    closed = [alert_id for some in _batches(changes.over) for alert_id in _close(some, now)]
    outbox.queue_recovered(closed, now)
    for alert_id, sentence in changes.reworded.items():
        db.session.execute(update(Alert).where(Alert.id == alert_id).values(sentence=sentence))
    db.session.commit()
    if opened or closed:
        log.info("alert.round_finished", opened=len(opened), closed=len(closed))
    return len(opened), len(closed)


def _open(some: list[tuple[Key, Finding]], now: datetime) -> list[int]:
    rows = [
        {
            "dealer_id": one.dealer_id,
            "dealer_key": dealer_key,
            "cause": cause,
            "subject": subject,
            "sentence": one.sentence,
            "opened_at": now,
        }
        for (dealer_key, cause, subject), one in some
    ]
    return list(db.session.scalars(insert_new(Alert).values(rows).returning(Alert.id)))


def _close(some: list[int], now: datetime) -> list[int]:
    over = update(Alert).where(Alert.id.in_(some), Alert.closed_at.is_(None)).values(closed_at=now)
    return list(db.session.scalars(over.returning(Alert.id)))


def _batches(rows: list[Any]) -> Iterable[list[Any]]:
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))
