"""Safety buffer and maximum shown quantity (R27), also with parts that keep their quantity (R10)."""

from __future__ import annotations

from typing import Any

import pytest

from jobs.sync import run_sync
from tests.factories import make_manufacturer, make_part_number, make_product
from tests.sync_harness import SyncHarness, part
from webapp.guards import settings
from webapp.guards.rules import GuardValues
from webapp.models import Run, SupplierCode
from webapp.runs import run_changes

UNDATED: dict[str, Any] = {"lastupdatedate": None}


def guard(harness: SyncHarness, **values: Any) -> Run | None:
    """Give the dealer these defaults."""
    return settings.save_defaults(harness.dealer, GuardValues(**values), []).run


def guard_code(harness: SyncHarness, row: SupplierCode, **values: Any) -> None:
    """Give a code these guards of its own."""
    settings.save_code(harness.dealer, row, GuardValues(**values))


def execute(harness: SyncHarness, run: Run | None) -> Run:
    """Execute a run that a change of guards started."""
    assert run is not None
    run_id = run.id
    assert run_sync.execute(run_id, harness.run_context())
    return harness.load_run(run_id)


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({}, 7),
        ({"buffer_units": 2}, 5),
        ({"buffer_units": 9}, 0),
        ({"buffer_percent": 10}, 6),
        ({"buffer_percent": 100}, 0),
        ({"max_quantity": 3}, 3),
        ({"buffer_units": 2, "max_quantity": 6}, 5),
    ],
)
def test_the_quantity_is_what_the_buffer_leaves_up_to_the_maximum(
    harness: SyncHarness, values: dict[str, int], shown: int
) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))
    guard(harness, **values)
    run = harness.sync(part("TR", "A-1", 7))
    assert harness.shelf_quantities() == {("TR", "A-1"): shown}
    assert harness.load_item(run, "TR").synced == 1


def test_a_buffer_counts_once_for_all_parts_of_a_product_and_for_each_code(harness: SyncHarness) -> None:
    first, second = make_manufacturer("Tucker"), make_manufacturer("Western")
    product = make_product(first, "T-1")
    make_part_number(first, product, "T-2")
    make_part_number(second, product, "W-1")
    harness.map_code("TR", first)
    western = harness.map_code("WP", second)
    guard(harness, buffer_units=3)
    guard_code(harness, western, buffer_units=1)
    harness.sync(part("TR", "T-1", 2), part("TR", "T-2", 4), part("WP", "W-1", 5))
    assert harness.shelf_quantities() == {("TR", "T-1"): 3, ("WP", "T-1"): 4}
    assert harness.webstore_figures("T-1")[0] == 7


def test_a_code_can_be_without_the_dealers_guards(harness: SyncHarness) -> None:
    row = harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))
    guard(harness, buffer_percent=50, max_quantity=1)
    guard_code(harness, row, buffer_units=-1, max_quantity=-1)
    harness.sync(part("TR", "A-1", 7))
    assert harness.shelf_quantities() == {("TR", "A-1"): 7}


def test_a_change_of_guards_takes_effect_at_once_from_the_stored_pull(harness: SyncHarness) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))
    harness.sync(part("TR", "A-1", 7))
    asked = len(harness.simulator.requests)
    run = execute(harness, guard(harness, buffer_units=3))
    assert (run.status, run.trigger) == ("succeeded", "alias")
    assert harness.shelf_quantities() == {("TR", "A-1"): 4}
    assert harness.load_item(harness.sync(), "TR").changed == 0
    execute(harness, guard(harness))
    assert harness.shelf_quantities() == {("TR", "A-1"): 7}
    assert guard(harness) is None
    assert len(harness.simulator.requests) == asked + 2


@pytest.mark.parametrize("clears", [True, False])
def test_a_part_that_the_buffer_hides_is_reported_and_not_zeroed_out(
    harness: SyncHarness, clears: bool
) -> None:
    harness.change_settings(clear_previous=clears)
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1", "B-1"]))
    guard(harness, buffer_units=3)
    harness.sync(part("TR", "A-1", 7), part("TR", "B-1", 9))
    run = harness.sync(part("TR", "A-1", 2), part("TR", "B-1", 9))
    item = harness.load_item(run, "TR")
    assert (item.synced, item.cleared, item.changed) == (2, 0, 1)
    assert harness.shelf_quantities() == {("TR", "A-1"): 0, ("TR", "B-1"): 6}


def test_what_a_part_keeps_is_buffered_once_however_often_it_is_kept(harness: SyncHarness) -> None:
    maker = make_manufacturer("Tucker", numbers=["A-1"])
    product = make_product(maker, "T-1")
    make_part_number(maker, product, "T-2")
    harness.map_code("TR", maker)
    harness.simulator.switches.filtering = "ignored"
    guard(harness, buffer_units=2)
    harness.sync(part("TR", "A-1", 7), part("TR", "T-1", 3), part("TR", "T-2", 4))
    for number in (4, 5, 5):
        run = harness.sync(
            part("TR", "A-1", 7, **UNDATED), part("TR", "T-1", 3, **UNDATED), part("TR", "T-2", number)
        )
        assert harness.load_item(run, "TR").kept == 2
        assert harness.shelf_quantities() == {("TR", "A-1"): 5, ("TR", "T-1"): 1 + number}


def test_a_kept_part_that_the_buffer_hides_still_contributes(harness: SyncHarness) -> None:
    maker = make_manufacturer("Tucker", numbers=["A-1"])
    product = make_product(maker, "T-1")
    make_part_number(maker, product, "T-2")
    harness.map_code("TR", maker)
    harness.simulator.switches.filtering = "ignored"
    guard(harness, buffer_units=3)
    other = part("TR", "A-1", 9)
    harness.sync(other, part("TR", "T-1", 2))
    for _ in range(2):
        run = harness.sync(other, part("TR", "T-1", 2, **UNDATED))
        assert harness.load_item(run, "TR").kept == 1
    harness.sync(other, part("TR", "T-1", 2, **UNDATED), part("TR", "T-2", 4))
    assert harness.shelf_quantities() == {("TR", "A-1"): 6, ("TR", "T-1"): 3}


def test_what_a_guard_sets_to_zero_is_not_said_to_be_sold_out(harness: SyncHarness) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1", "A-2", "A-3"]))
    guard(harness, buffer_units=2)
    harness.sync(part("TR", "A-1", 7), part("TR", "A-2", 3), part("TR", "A-3", 9))
    sold = harness.sync(part("TR", "A-1", 7), part("TR", "A-2", 2))
    summary = run_changes.summarized(sold)
    assert (summary.guarded.products, summary.sold_out.products) == (1, 1)
    by_number = {change.part_number: change.why for change in run_changes.largest(sold)}
    assert by_number == {"A-2": "guarded", "A-3": "cleared"}
    raised = execute(harness, guard(harness, buffer_units=8))
    assert [change.why for change in run_changes.largest(raised)] == ["guarded"]
    assert run_changes.summarized(raised).guarded.units == 5
