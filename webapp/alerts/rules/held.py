"""Rule: a clearing is held for a decision; one alert per Lightspeed code."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select

from webapp.alerts.alert_rule import AlertRule, Finding
from webapp.extensions import db
from webapp.models import HeldClearing


def found(_now: datetime) -> Iterator[Finding]:
    """Find every held clearing."""
    for held in db.session.scalars(select(HeldClearing).where(HeldClearing.state == "held")):
        yield Finding(held.dealer_id, held.sentence, subject=held.code_key)


RULE = AlertRule(
    name="held",
    label="Clearing held",
    tone="warning",
    over="The held clearing was decided, or a later run made it needless.",
    found=found,
)
