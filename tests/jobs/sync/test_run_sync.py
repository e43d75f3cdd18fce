"""One run from lease to finish, against a real database and a real HTTP service."""

from __future__ import annotations

from tests.factories import make_manufacturer
from tests.sync_harness import SyncHarness, part


def test_it_puts_reported_parts_on_the_shelf(harness: SyncHarness) -> None:
    harness.map_code(
        "TR", make_manufacturer("Tucker", numbers=["A-1", "A-2"]), pricing="retail", lead_time_days=2
    )
    run = harness.sync(part("TR", "A-1", 3), part("TR", "A-2", 4, Retail=19.995))
    assert run.status == "succeeded"
    assert harness.shelf_quantities() == {("TR", "A-1"): 3, ("TR", "A-2"): 4}
    assert harness.webstore_figures("A-2") == (4, 2000, 2)
    item = harness.load_item(run, "TR")
    assert (item.fetched, item.synced, item.skipped, item.cleared, item.changed) == (2, 2, 0, 0, 2)
