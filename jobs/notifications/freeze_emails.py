"""Text of the reminder of a dealer's freezes (R26)."""

from __future__ import annotations

from sqlalchemy import select

from jobs.notifications.undeliverable import NoLongerWanted
from webapp.core import clock
from webapp.extensions import db
from webapp.freezes import freeze_list
from webapp.models import AlertDelivery, Freeze
from webapp.pulls import frozen_stock


def lines_of(delivery: AlertDelivery) -> tuple[str, list[str]]:
    """Return the subject and the lines about what is frozen now. Raises NoLongerWanted if nothing is."""
    dealer = delivery.dealer
    if dealer is None:
        raise NoLongerWanted
    active = select(Freeze).where(*frozen_stock.is_active(dealer.id, clock.now())).order_by(Freeze.id)
    rows = list(db.session.scalars(active))
    if not rows:
        raise NoLongerWanted
    lines = [f"- {sentence}" for sentence in freeze_list.sentences(rows, dealer)]
    if any(row.ends_at for row in rows):
        lines += ["", "At the end, your webstore gets the changes that were not applied."]
    return f"{dealer.name}: your webstore is frozen", [*lines, "", "Release it under Controls > Freezes."]
