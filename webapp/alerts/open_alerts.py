"""Open alerts, for pages and for the evaluation."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from webapp.alerts.rules import RULES
from webapp.extensions import db
from webapp.models import Alert

_RANKS = {rule.name: rank for rank, rule in enumerate(RULES)}


def open_of(*dealer_ids: int) -> list[Alert]:
    """Return the open alerts of these dealers, the most severe first."""
    query = select(Alert).where(Alert.dealer_key.in_(dealer_ids), Alert.closed_at.is_(None))
    return _ranked(list(db.session.scalars(query)))


def of_deployment() -> list[Alert]:
    """Return the open alerts that belong to the deployment instead of a dealer."""
    return open_of(0)


def all_open() -> list[Alert]:
    """Return every open alert with its dealer, the most severe first."""
    query = select(Alert).where(Alert.closed_at.is_(None)).options(joinedload(Alert.dealer))
    return _ranked(list(db.session.scalars(query)))


def _ranked(alerts: list[Alert]) -> list[Alert]:
    return sorted(alerts, key=lambda alert: (_RANKS.get(alert.cause, len(_RANKS)), alert.subject, alert.id))
