"""Rule: much less of a dealer's stock is online than in the week before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from flask import current_app
from sqlalchemy import or_, select

from webapp.alerts.alert_rule import AlertRule, Finding
from webapp.extensions import db
from webapp.models import Configuration, Dealer, StockSummary


def found(_now: datetime) -> Iterator[Finding]:
    """Find every enabled dealer whose share of parts or value online is clearly below its median.

    A dealer with less than `ALERT_UNMATCHED_MINIMUM` parts is not compared.
    """
    drop = current_app.config["COVERAGE_DROP_POINTS"] / 100
    parts = StockSummary.usual - StockSummary.online
    value = StockSummary.usual_value - StockSummary.online_value
    query = (
        select(StockSummary)
        .join(Configuration, Configuration.dealer_id == StockSummary.dealer_id)
        .join(Dealer, Dealer.id == StockSummary.dealer_id)
        .where(
            Configuration.enabled,
            Dealer.closed_at.is_(None),
            StockSummary.parts >= current_app.config["ALERT_UNMATCHED_MINIMUM"],
            or_(parts > drop / 2, value > drop / 2),
        )
    )
    for row in db.session.scalars(query).all():
        fallen = [
            (what, usual, online)
            for what, usual, online in (
                ("parts", row.usual, row.online),
                ("stock’s value", row.usual_value, row.online_value),
            )
            if usual is not None and online is not None
        ]
        what, usual, online = max(fallen, key=lambda one: one[1] - one[2])
        # Hysteresis: the alert closes halfway, so that it doesn't flap.
        verb = "are" if what == "parts" else "is"
        sentence = f"{online:.0%} of your {what} {verb} online, usually {usual:.0%}."
        yield Finding(row.dealer_id, f"{sentence}{_fallen(row)}", only_if_open=usual - online <= drop)


def _fallen(row: StockSummary) -> str:
    if not row.fallen:
        return ""
    told = ", ".join(f"{code or 'unmapped codes'} ({rise:,})" for code, rise in row.fallen)
    return f" More parts are not online under: {told}."


RULE = AlertRule(
    name="coverage",
    label="Less stock online than usual",
    tone="warning",
    over="The share of your stock that is online is back to normal.",
    found=found,
)
