"""When a part is looked at next (R6, R8)."""

from __future__ import annotations

from sqlalchemy import select

from webapp.explain.explanation import Upcoming
from webapp.extensions import db
from webapp.models import Configuration, Dealer, Run
from webapp.runs.next_run import next_run


def of(dealer: Dealer, configuration: Configuration | None) -> Upcoming:
    """Return the dealer's active run, else the time of the next scheduled one."""
    last = db.session.scalar(select(Run).where(Run.dealer_id == dealer.id).order_by(Run.id.desc()).limit(1))
    if last is not None and last.is_active:
        return Upcoming(last.id, None)
    return Upcoming(None, next_run(dealer, configuration, last) if configuration else None)
