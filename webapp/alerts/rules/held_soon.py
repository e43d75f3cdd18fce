"""Rule: a held pull is applied soon, as there is no decision yet; one alert per Lightspeed code (R27)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from webapp.alerts.alert_rule import AlertRule, Finding
from webapp.extensions import db
from webapp.models import HeldPull
from webapp.web import times

# How long before.
NOTICE: Final = timedelta(hours=4)


def found(now: datetime) -> Iterator[Finding]:
    """Find every held pull whose time is nearly over."""
    query = select(HeldPull).where(HeldPull.state == "held", HeldPull.apply_at <= now + NOTICE)
    for pull in db.session.scalars(query):
        if pull.apply_at is not None:
            at = times.at(pull.apply_at, pull.dealer.zone)
            code = pull.supplier_code
            sentence = f"{code} is applied automatically {at}, unless you decide first. {pull.sentence}"
            yield Finding(pull.dealer_id, sentence, subject=pull.code_key)


RULE = AlertRule(
    name="held_soon",
    label="On hold, and applied soon",
    tone="warning",
    over="You decided, or the update on hold was applied.",
    found=found,
    # It leads on to the decision.
    page="dealer.show",
)
