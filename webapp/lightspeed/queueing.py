"""Preview of a manually queued run: the text of the Queue Inventory Update dialog."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from webapp import supplier_codes
from webapp.core import clock
from webapp.core.enums import QUANTITY_COLUMN_LABELS, STORED_TRIGGERS, WEEKDAYS
from webapp.core.run_states import APPLIED_STATES
from webapp.extensions import db
from webapp.models import Configuration, Run
from webapp.runs import lifecycle

NO_CODES = "There are currently no supplier codes configured"
NOT_ENABLED = "Lightspeed 3PA/Data Warehouse is turned off"
NOT_COMPLETE = "The 3PA credentials are incomplete"


@dataclass(frozen=True)
class QueueOutlook:
    """Preview; `hindrance` is why no run can be queued, or empty.

    `codes` are the distinct Lightspeed codes in order: one with several mappings is fetched once (R9).
    """

    hindrance: str
    active_run: Run | None
    is_disabled_day: bool
    weekday: str
    codes: list[str]
    manufacturers: int
    quantity_column: str
    clear_previous: bool
    last: Run | None

    @classmethod
    def of(cls, configuration: Configuration) -> QueueOutlook:
        """Return the current preview for the configuration's dealer."""
        dealer = configuration.dealer
        rows = supplier_codes.listed(dealer)
        codes = list({row.code_key: row.code for row in reversed(rows)}.values())[::-1]
        return cls(
            hindrance=hindrance(configuration, bool(codes)),
            active_run=lifecycle.active(dealer.id),
            is_disabled_day=lifecycle.is_disabled_today(configuration),
            weekday=WEEKDAYS[clock.local_today(dealer.timezone).weekday()],
            codes=codes,
            manufacturers=len({row.manufacturer_id for row in rows}),
            quantity_column=QUANTITY_COLUMN_LABELS[configuration.quantity_column],
            clear_previous=configuration.clear_previous,
            last=_last_finished(dealer.id),
        )


def hindrance(configuration: Configuration, has_codes: bool) -> str:
    """Return why no run of the configuration's dealer can be queued; empty if one can."""
    if not has_codes:
        return NO_CODES
    if not configuration.enabled:
        return NOT_ENABLED
    return "" if configuration.cmf and configuration.has_credentials else NOT_COMPLETE


def _last_finished(dealer_id: int) -> Run | None:
    finished = (
        select(Run)
        .where(Run.dealer_id == dealer_id, Run.status.in_(APPLIED_STATES))
        .where(Run.trigger.not_in(STORED_TRIGGERS))
        .order_by(Run.id.desc())
        .limit(1)
    )
    return db.session.scalar(finished)
