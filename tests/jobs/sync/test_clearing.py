"""Stock that is no longer reported (R4, R14)."""

from __future__ import annotations

import pytest

from sandbox.simulator import Behavior, Fault
from tests.factories import make_manufacturer
from tests.sync_harness import SyncHarness, part
from webapp.extensions import db


def test_what_is_no_longer_reported_goes_to_zero(harness: SyncHarness) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1", "A-2"]), pricing="retail")
    harness.sync(part("TR", "A-1", 3), part("TR", "A-2", 4))
    run = harness.sync(part("TR", "A-1", 3))
    assert harness.shelf_quantities() == {("TR", "A-1"): 3, ("TR", "A-2"): 0}
    assert harness.webstore_figures("A-2") == (0, None, None)
    assert harness.load_item(run, "TR").cleared == 1
    assert [
        (row["mpn"], row["change"], row["shelf_quantity"]) for row in harness.report_rows(run, "inventory")
    ] == [
        ("A-1", "unchanged", "3"),
        ("A-2", "cleared", "0"),
    ]


def test_it_keeps_what_is_no_longer_reported_where_previous_quantities_are_kept(harness: SyncHarness) -> None:
    harness.change_settings(clear_previous=False)
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1", "A-2"]))
    harness.sync(part("TR", "A-1", 3), part("TR", "A-2", 4))
    run = harness.sync(part("TR", "A-1", 5))
    assert harness.shelf_quantities() == {("TR", "A-1"): 5, ("TR", "A-2"): 4}
    assert harness.load_item(run, "TR").cleared == 0


def test_an_empty_complete_pull_clears_its_code(harness: SyncHarness) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))
    harness.sync(part("TR", "A-1", 3))
    harness.set_parts()
    run = harness.sync()
    assert run.status == "succeeded"
    assert harness.shelf_quantities() == {("TR", "A-1"): 0}


@pytest.mark.parametrize("order", [("HO", "HP"), ("HP", "HO")])
def test_two_codes_of_one_manufacturer_never_wipe_each_other(
    harness: SyncHarness, order: tuple[str, str]
) -> None:
    honda = make_manufacturer("Honda", "oem", numbers=["H-1", "H-2", "H-3"])
    for code in order:
        harness.map_code(code, honda)
    both = [part("HO", "H-1", 1), part("HP", "H-2", 2), part("HO", "H-3", 3), part("HP", "H-3", 4)]
    harness.sync(*both)
    run = harness.sync(*both)
    assert harness.shelf_quantities() == {
        ("HO", "H-1"): 1,
        ("HP", "H-2"): 2,
        ("HO", "H-3"): 3,
        ("HP", "H-3"): 4,
    }
    assert harness.webstore_figures("H-3")[0] == 7
    assert [item.cleared for item in run.items] == [0, 0]


def test_a_code_that_fails_keeps_its_stock_when_its_sibling_clears(harness: SyncHarness) -> None:
    honda = make_manufacturer("Honda", "oem", numbers=["H-1", "H-2"])
    harness.map_code("HO", honda)
    harness.map_code("HP", honda)
    harness.sync(part("HO", "H-1", 1), part("HP", "H-2", 2))
    harness.simulator.switches = Behavior(faults=[Fault("error_500", code="HO", times=None)])
    run = harness.sync(part("HO", "H-1", 8), part("HP", "H-2", 5))
    assert run.status == "partial"
    assert harness.shelf_quantities() == {("HO", "H-1"): 1, ("HP", "H-2"): 5}


def test_stock_of_a_removed_code_goes_to_zero_with_the_next_run_of_its_manufacturer(
    harness: SyncHarness,
) -> None:
    honda = make_manufacturer("Honda", "oem", numbers=["H-1", "H-2"])
    removed = harness.map_code("HO", honda)
    harness.map_code("HP", honda)
    harness.sync(part("HO", "H-1", 1), part("HP", "H-2", 2))
    db.session.delete(removed)
    db.session.commit()
    run = harness.sync(part("HO", "H-1", 1), part("HP", "H-2", 2))
    assert harness.shelf_quantities() == {("HO", "H-1"): 0, ("HP", "H-2"): 2}
    cleared = [row for row in harness.report_rows(run, "inventory") if row["change"] == "cleared"]
    assert [(row["supplier_code"], row["part_number"]) for row in cleared] == [("HO", "H-1")]


def test_stock_of_a_removed_code_is_left_alone_once_no_code_of_its_manufacturer_is_left(
    harness: SyncHarness,
) -> None:
    removed = harness.map_code("HO", make_manufacturer("Honda", "oem", numbers=["H-1"]))
    harness.map_code("KA", make_manufacturer("Kawasaki", "oem", numbers=["K-1"]))
    harness.sync(part("HO", "H-1", 1), part("KA", "K-1", 2))
    db.session.delete(removed)
    db.session.commit()
    harness.sync(part("KA", "K-1", 3))
    assert harness.shelf_quantities() == {("HO", "H-1"): 1, ("KA", "K-1"): 3}


def test_another_dealers_stock_is_never_touched(harness: SyncHarness) -> None:
    honda = make_manufacturer("Honda", "oem", numbers=["H-1"])
    first = harness.dealer
    harness.map_code("HO", honda)
    harness.sync(part("HO", "H-1", 1))
    harness.dealer = harness.add_dealer("Summit", "4711")
    harness.map_code("HO", honda)
    harness.sync(part("HO", "H-1", 7))
    harness.dealer = first
    harness.set_parts()
    harness.sync()
    assert harness.webstore_figures("H-1")[0] == 0
    harness.dealer = db.session.get_one(type(first), first.id + 1)
    assert harness.webstore_figures("H-1")[0] == 7
