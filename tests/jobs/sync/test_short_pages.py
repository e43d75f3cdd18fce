"""A service that gives fewer rows a page than requested costs no stock (R11)."""

from __future__ import annotations

import pytest

from sandbox.simulator import Behavior
from tests.factories import make_manufacturer
from tests.sync_harness import SyncHarness, part

NUMBERS = [f"P{number:05}" for number in range(600)]


@pytest.fixture
def harness(harness: SyncHarness) -> SyncHarness:
    """One code with 600 parts in the catalog, and Clear Previous Quantities on."""
    harness.map_code("TR", make_manufacturer("Tucker", numbers=NUMBERS))
    harness.change_settings(clear_previous=True)
    return harness


@pytest.mark.parametrize("short_pages", ["always", "now_and_then"])
@pytest.mark.parametrize("limit", [499, 250, 100, 7])
def test_all_parts_stay_in_stock(harness: SyncHarness, limit: int, short_pages: str) -> None:
    harness.sync(*(part("TR", number, 2) for number in NUMBERS))
    harness.simulator.switches = Behavior(rows_per_page=limit, short_pages=short_pages)
    run = harness.sync()
    assert (run.status, harness.shelf_quantities()) == (
        "succeeded",
        {("TR", number): 2 for number in NUMBERS},
    )
    item = harness.load_item(run, "TR")
    assert (item.fetched, item.synced, item.cleared) == (600, 600, 0)


@pytest.mark.parametrize("limit", [100, 1])
def test_a_first_sync_fetches_all_parts(harness: SyncHarness, limit: int) -> None:
    harness.simulator.switches = Behavior(rows_per_page=limit)
    run = harness.sync(*(part("TR", number, 2) for number in NUMBERS))
    assert (run.status, harness.load_item(run, "TR").fetched, len(harness.shelf_quantities())) == (
        "succeeded",
        600,
        600,
    )
