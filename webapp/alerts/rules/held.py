"""Rule: a clearing, or a whole pull, is held for a decision; one alert for each (R14, R27)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sqlalchemy import select

from webapp.alerts.alert_rule import AlertRule, Finding
from webapp.extensions import db
from webapp.models import HeldClearing, HeldPull

# Before the subject of a whole pull: a code key never begins with a space.
_PULL: Final = " "


def found(_now: datetime) -> Iterator[Finding]:
    """Find every held clearing, and every held pull."""
    for held in db.session.scalars(select(HeldClearing).where(HeldClearing.state == "held")):
        yield Finding(held.dealer_id, held.sentence, subject=held.code_key)
    for pull in db.session.scalars(select(HeldPull).where(HeldPull.state == "held")):
        sentence = f"{pull.sentence} Nothing was changed for this code."
        yield Finding(pull.dealer_id, sentence, subject=_PULL + pull.code_key)


RULE = AlertRule(
    name="held",
    label="On hold for your approval",
    tone="warning",
    over="You decided, or a later run made the decision unnecessary.",
    found=found,
    # It leads on to the decision.
    page="dealer.show",
)
