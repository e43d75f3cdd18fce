"""Protected slow movers keep their quantity when stock is cleared (R14, R30)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from jobs.sync import run_sync
from tests.factories import make_manufacturer
from tests.sync_harness import SyncHarness, part
from webapp.core import clock
from webapp.extensions import db
from webapp.models import Alias, PartNumber
from webapp.runs import changed_rules
from webapp.slow_movers import counts, protection
from webapp.slow_movers.counts import DueCode

TR = DueCode("tr", "TR")


def mover(number: str, days: int) -> dict[str, Any]:
    """What was counted of a part that changed so many days ago."""
    changed = clock.now().date() - timedelta(days=days)
    texts = {"key": number.lower(), "part_number": number, "description": ""}
    return {**texts, "quantity": 2, "retail_cents": 100, "value_cents": 200, "changed_on": changed}


def count(harness: SyncHarness, *movers: dict[str, Any]) -> None:
    rows = [{"sold_on": None, **row} for row in movers]
    counts.store(harness.dealer.id, TR, rows, clock.local_today(harness.dealer.timezone), clock.now())
    db.session.commit()


@pytest.fixture
def stocked(harness: SyncHarness) -> SyncHarness:
    """A code with three parts in stock."""
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1", "A-2", "A-3"]))
    harness.sync(*(part("TR", f"A-{number}", 2) for number in (1, 2, 3)))
    return harness


def protect(harness: SyncHarness, *, is_on: bool = True) -> None:
    """Switch the protection, and run what it starts."""
    run = protection.protect(harness.dealer, "tr", is_on=is_on)
    assert run is not None
    assert run_sync.execute(run.id, harness.run_context())


def left(harness: SyncHarness) -> set[str]:
    """The MPNs still in stock after a run in which only A-3 is reported."""
    harness.sync(part("TR", "A-3", 2))
    return {mpn for (_, mpn), quantity in harness.shelf_quantities().items() if quantity}


def test_without_protection_they_go_to_zero(stocked: SyncHarness) -> None:
    count(stocked, mover("A-1", 400))
    assert left(stocked) == {"A-3"}


def test_a_protected_part_keeps_its_quantity_and_one_that_was_sold_does_not(stocked: SyncHarness) -> None:
    count(stocked, mover("A-1", 400), mover("A-2", 350))
    protect(stocked)
    assert left(stocked) == {"A-1", "A-3"}
    assert left(stocked) == {"A-1", "A-3"}


def test_it_goes_to_zero_when_it_is_no_longer_counted(stocked: SyncHarness) -> None:
    count(stocked, mover("A-1", 400))
    protect(stocked)
    assert left(stocked) == {"A-1", "A-3"}
    count(stocked)
    assert left(stocked) == {"A-3"}


def test_it_goes_to_zero_when_protection_ends(stocked: SyncHarness) -> None:
    count(stocked, mover("A-1", 400))
    protect(stocked)
    assert left(stocked) == {"A-1", "A-3"}
    protect(stocked, is_on=False)
    assert stocked.shelf_quantities()["TR", "A-1"] == 0


def test_the_product_of_an_alias_is_protected(stocked: SyncHarness) -> None:
    number = db.session.scalars(db.select(PartNumber).where(PartNumber.key == "a-1")).one()
    names = {"key": "old-1", "part_number": "OLD-1", "target_number": "A-1", "kind": "manual"}
    owner = {"dealer_id": stocked.dealer.id, "manufacturer_id": number.manufacturer_id}
    db.session.add(Alias(**owner, product_id=number.product_id, **names))
    changed_rules.raise_versions(stocked.dealer.id, [number.manufacturer_id])
    count(stocked, mover("OLD-1", 400))
    protect(stocked)
    assert left(stocked) == {"A-1", "A-3"}
