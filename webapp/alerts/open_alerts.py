"""What is open now, for pages and for the round."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from webapp.alerts.rules import RULES
from webapp.extensions import db
from webapp.models import Alert

_RANKS = {cause.name: rank for rank, cause in enumerate(RULES)}


def open_of(*dealer_ids: int) -> list[Alert]:
    """The open alerts of these dealers, the worst cause first."""
    wanted = select(Alert).where(Alert.dealer_key.in_(dealer_ids), Alert.closed_at.is_(None))
    return _ranked(list(db.session.scalars(wanted)))


def of_deployment() -> list[Alert]:
    """The open alerts that are of no one dealer."""
    return open_of(0)


def all_open() -> list[Alert]:
    """Every open alert with its dealer, the worst cause first."""
    wanted = select(Alert).where(Alert.closed_at.is_(None)).options(joinedload(Alert.dealer))
    return _ranked(list(db.session.scalars(wanted)))


def _ranked(alerts: list[Alert]) -> list[Alert]:
    return sorted(alerts, key=lambda alert: (_RANKS.get(alert.cause, len(_RANKS)), alert.subject, alert.id))
