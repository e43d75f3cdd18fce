"""What is fetched, and what of it counts (R9, R10, R11)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sandbox.simulator import Behavior, Fault
from tests.factories import make_manufacturer
from tests.sync_harness import SyncHarness, part
from webapp.core import clock

pytestmark = pytest.mark.slow


def asked_for(harness: SyncHarness) -> list[str]:
    return [request.options.get("$filter", "") for request in harness.simulator.requests]


def test_it_fetches_a_code_once_however_many_catalogs_it_maps_to(harness: SyncHarness) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))
    harness.map_code("tr ", make_manufacturer("Honda", "oem", numbers=["A-1"]))
    run = harness.sync(part("TR", "A-1", 3))
    since = clock.local_today("America/Chicago") - timedelta(days=365)
    asked = f"SupplierCode eq 'TR' and OnHand gt 0 and lastupdatedate ge datetime'{since}T00:00:00'"
    assert asked_for(harness) == [asked, asked]  # its page, and the proof of its end
    assert [item.supplier_code for item in run.items] == ["TR"]


def test_it_asks_for_the_available_quantity_where_that_column_is_chosen(harness: SyncHarness) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))
    harness.change_settings(quantity_column="available")
    harness.sync(part("TR", "A-1", 9, Avail=2))
    assert "Avail gt 0" in asked_for(harness)[0]
    assert harness.shelf_quantities() == {("TR", "A-1"): 2}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"OnHand": 0}, "Quantity is zero or less"),
        ({"OnHand": -2}, "Quantity is zero or less"),
        ({"OnHand": 0.9}, "Quantity is zero or less"),
        ({"OnHand": None}, "Quantity is missing or not a number"),
        ({"OnHand": "plenty"}, "Quantity is missing or not a number"),
        ({"lastupdatedate": None}, "No last-changed date"),
        ({"lastupdatedate": "0001-01-01T00:00:00"}, "No last-changed date"),
        ({"lastupdatedate": "2001-05-05T00:00:00"}, "Not changed for more than 365 days"),
        ({"PartNumber": None}, "No part number"),
        ({"PartNumber": "  "}, "No part number"),
        ({"SupplierCode": "XX"}, "Belongs to another supplier code"),
        ({"PartNumber": "A-9"}, "No product has this part number"),
    ],
)
def test_it_lists_a_part_that_does_not_count_with_its_reason(
    harness: SyncHarness, fields: dict[str, object], reason: str
) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1", "B-1"]))
    # A service that ignores the filter sends what it should not. One part counts: without any the code fails.
    harness.simulator.switches = Behavior(filtering="ignored")
    run = harness.sync({**part("TR", "A-1", 1), **fields}, part("TR", "B-1", 1))
    assert harness.shelf_quantities() == {("TR", "B-1"): 1}
    item = harness.load_item(run, "TR")
    assert (item.status, item.fetched, item.synced, item.skipped) == ("succeeded", 2, 1, 1)
    assert [row["reason"] for row in harness.report_rows(run, "skipped")] == [reason]


def test_a_fraction_rounds_down_first(harness: SyncHarness) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))
    harness.sync(part("TR", "A-1", 2.9))
    assert harness.shelf_quantities() == {("TR", "A-1"): 2}


def test_a_part_changed_exactly_365_days_ago_still_counts(harness: SyncHarness) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1", "A-2"]))
    edge = clock.local_today("America/Chicago") - timedelta(days=365)
    before = edge - timedelta(days=1)
    harness.simulator.switches = Behavior(filtering="ignored")
    harness.sync(
        part("TR", "A-1", 1, lastupdatedate=f"{edge}T00:00:00"),
        part("TR", "A-2", 1, lastupdatedate=f"{before}T23:59:59.9999999"),
    )
    assert harness.shelf_quantities() == {("TR", "A-1"): 1}


def test_of_rows_with_the_same_part_number_the_later_counts(harness: SyncHarness) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["a-1"]))
    run = harness.sync(part("TR", "A-1", 5), part("TR", "a-1 ", 7))
    item = harness.load_item(run, "TR")
    assert harness.shelf_quantities() == {("TR", "a-1"): 7}
    assert (item.fetched, item.synced, item.skipped) == (2, 1, 0)


def test_the_later_row_counts_also_when_it_says_that_nothing_is_left(harness: SyncHarness) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["a-1"]))
    harness.simulator.switches = Behavior(filtering="ignored")
    run = harness.sync(part("TR", "A-1", 5), part("TR", "a-1", 0))
    assert harness.shelf_quantities() == {}
    assert harness.load_item(run, "TR").skipped == 1


def test_a_row_of_another_code_is_no_later_row_of_this_one(harness: SyncHarness) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))
    harness.simulator.switches = Behavior(filtering="ignored")
    harness.sync(part("TR", "A-1", 5), part("XX", "A-1", 0))
    assert harness.shelf_quantities() == {("TR", "A-1"): 5}


@pytest.mark.parametrize("count", [500, 501, 1203])
def test_it_fetches_every_page(harness: SyncHarness, count: int) -> None:
    numbers = [f"P{number:05}" for number in range(count)]
    harness.map_code("TR", make_manufacturer("Tucker", numbers=numbers[:10]))
    run = harness.sync(*(part("TR", number, 2) for number in numbers))
    item = harness.load_item(run, "TR")
    assert (item.fetched, item.synced, item.skipped) == (count, 10, count - 10)


def test_an_incomplete_pull_changes_nothing_for_its_code_and_the_others_go_on(harness: SyncHarness) -> None:
    tucker = make_manufacturer("Tucker", numbers=[f"P{number:05}" for number in range(600)])
    harness.map_code("TR", tucker)
    harness.map_code("KA", make_manufacturer("Kawasaki", "oem", numbers=["K-1"]))
    parts = [part("TR", f"P{number:05}", 2) for number in range(600)]
    harness.sync(*parts, part("KA", "K-1", 1))
    before = harness.shelf_quantities()
    harness.simulator.switches = Behavior(faults=[Fault("error_500", code="TR", page=2, times=None)])
    run = harness.sync(*(dict(one, OnHand=9) for one in parts), part("KA", "K-1", 4))
    assert run.status == "partial"
    assert run.reason == "1 of 2 supplier codes failed: TR."
    failed = harness.load_item(run, "TR")
    assert (failed.status, failed.error_kind) == ("failed", "transient")
    assert failed.error
    assert harness.shelf_quantities() == {**before, ("KA", "K-1"): 4}


def test_a_run_of_which_no_code_succeeded_failed(harness: SyncHarness) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))
    harness.simulator.switches = Behavior(faults=[Fault("html", times=None)])
    run = harness.sync(part("TR", "A-1", 1))
    assert run.status == "failed"
    assert harness.load_item(run, "TR").error_kind == "bad_answer"


def test_a_refused_login_ends_the_run_at_once_and_the_rest_says_so(harness: SyncHarness) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))
    harness.map_code("KA", make_manufacturer("Kawasaki", "oem", numbers=["K-1"]))
    harness.simulator.switches = Behavior(password_state="wrong")
    run = harness.sync(part("TR", "A-1", 1))
    assert run.status == "failed"
    assert len(harness.simulator.requests) == 1
    first, second = harness.load_item(run, "TR"), harness.load_item(run, "KA")
    assert (first.status, first.error_kind) == ("failed", "account")
    assert second.status == "not_tried"
    assert second.error == f"Not tried: {first.error}"


@pytest.mark.parametrize(
    "switches",
    [Behavior(unknown_cmf="404"), Behavior(unknown_cmf="403")],
    ids=["404", "403"],
)
def test_a_dealer_id_that_the_service_refuses_ends_the_run(harness: SyncHarness, switches: Behavior) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))
    harness.map_code("KA", make_manufacturer("Kawasaki", "oem", numbers=["K-1"]))
    harness.simulator.dealers.clear()
    harness.simulator.switches = switches
    run = harness.sync()
    assert run.status == "failed"
    assert [item.status for item in run.items] == ["failed", "not_tried"]


def test_a_password_that_changes_mid_pull_leaves_the_code_as_it_was(harness: SyncHarness) -> None:
    numbers = [f"P{number:05}" for number in range(1100)]
    harness.map_code("TR", make_manufacturer("Tucker", numbers=numbers))
    harness.simulator.switches = Behavior(password_state="rotated", rotate_after=1)
    run = harness.sync(*(part("TR", number, 2) for number in numbers))
    assert run.status == "failed"
    assert harness.shelf_quantities() == {}
