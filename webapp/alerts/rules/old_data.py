"""Rule: runs succeed, and Lightspeed's data for the dealer is old all the same (R29)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from flask import current_app
from sqlalchemy import select

from webapp.alerts.alert_rule import AlertRule, Finding
from webapp.extensions import db
from webapp.models import Configuration, StockSummary

_MINUTES = 60


def found(_now: datetime) -> Iterator[Finding]:
    """Find every enabled dealer whose last update received data older than `DATA_AGE_HOURS`.

    The age when it was received counts, so that days without updates open no alert.
    """
    hours = current_app.config["DATA_AGE_HOURS"]
    query = (
        select(StockSummary.dealer_id, StockSummary.data_age_minutes)
        .join(Configuration, Configuration.dealer_id == StockSummary.dealer_id)
        .where(Configuration.enabled, StockSummary.data_age_minutes > hours * _MINUTES)
    )
    for dealer_id, minutes in db.session.execute(query):
        yield Finding(dealer_id, _sentence((minutes or 0) // _MINUTES))


def _sentence(hours: int) -> str:
    return (
        f"The last update received data that Lightspeed had gathered {hours:,} hours before. "
        "Check in LightspeedEVO that your store’s data is still sent."
    )


RULE = AlertRule(
    name="old_data",
    label="Old data from Lightspeed",
    tone="warning",
    over="Lightspeed’s data is recent again.",
    found=found,
)
