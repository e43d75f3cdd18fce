"""Steps of the tests of held clearings (R14)."""

from __future__ import annotations

from tests.sync_harness import SyncHarness
from webapp.extensions import db
from webapp.models import HeldClearing, Run


def count_in_stock(harness: SyncHarness) -> int:
    """The number of products with a quantity."""
    return sum(quantity > 0 for quantity in harness.shelf_quantities().values())


def states() -> list[str]:
    """The states of all held clearings, the oldest first."""
    found = list(db.session.scalars(db.select(HeldClearing.state).order_by(HeldClearing.id)))
    db.session.commit()
    return found


def silent(harness: SyncHarness) -> Run:
    """A run to which Lightspeed reports nothing at all."""
    harness.set_parts()
    return harness.sync()
