"""What becomes of stock that is no longer reported (R4, R14)."""

from __future__ import annotations

import pytest

from sandbox.simulator import Behavior, Fault
from tests.factories import World, part
from webapp.extensions import db


def test_what_is_no_longer_reported_goes_to_zero(world: World) -> None:
    world.map("TR", world.manufacturer("Tucker", numbers=["A-1", "A-2"]), pricing="retail")
    world.sync(part("TR", "A-1", 3), part("TR", "A-2", 4))
    run = world.sync(part("TR", "A-1", 3))
    assert world.shelf() == {("TR", "A-1"): 3, ("TR", "A-2"): 0}
    assert world.figures("A-2") == (0, None, None)
    assert world.item(run, "TR").cleared == 1
    assert [(row["mpn"], row["change"], row["shelf_quantity"]) for row in world.csv(run, "inventory")] == [
        ("A-1", "unchanged", "3"),
        ("A-2", "cleared", "0"),
    ]


def test_it_keeps_what_is_no_longer_reported_where_previous_quantities_are_kept(world: World) -> None:
    world.settings(clear_previous=False)
    world.map("TR", world.manufacturer("Tucker", numbers=["A-1", "A-2"]))
    world.sync(part("TR", "A-1", 3), part("TR", "A-2", 4))
    run = world.sync(part("TR", "A-1", 5))
    assert world.shelf() == {("TR", "A-1"): 5, ("TR", "A-2"): 4}
    assert world.item(run, "TR").cleared == 0


def test_an_empty_complete_pull_clears_its_code(world: World) -> None:
    world.map("TR", world.manufacturer("Tucker", numbers=["A-1"]))
    world.sync(part("TR", "A-1", 3))
    world.report()
    run = world.sync()
    assert run.status == "succeeded"
    assert world.shelf() == {("TR", "A-1"): 0}


@pytest.mark.parametrize("order", [("HO", "HP"), ("HP", "HO")])
def test_two_codes_of_one_manufacturer_never_wipe_each_other(world: World, order: tuple[str, str]) -> None:
    honda = world.manufacturer("Honda", "oem", numbers=["H-1", "H-2", "H-3"])
    for code in order:
        world.map(code, honda)
    both = [part("HO", "H-1", 1), part("HP", "H-2", 2), part("HO", "H-3", 3), part("HP", "H-3", 4)]
    world.sync(*both)
    run = world.sync(*both)
    assert world.shelf() == {("HO", "H-1"): 1, ("HP", "H-2"): 2, ("HO", "H-3"): 3, ("HP", "H-3"): 4}
    assert world.figures("H-3")[0] == 7
    assert [item.cleared for item in run.items] == [0, 0]


def test_a_code_that_fails_keeps_its_stock_when_its_sibling_clears(world: World) -> None:
    honda = world.manufacturer("Honda", "oem", numbers=["H-1", "H-2"])
    world.map("HO", honda)
    world.map("HP", honda)
    world.sync(part("HO", "H-1", 1), part("HP", "H-2", 2))
    world.simulator.switches = Behavior(faults=[Fault("error_500", code="HO", times=None)])
    run = world.sync(part("HO", "H-1", 8), part("HP", "H-2", 5))
    assert run.status == "partial"
    assert world.shelf() == {("HO", "H-1"): 1, ("HP", "H-2"): 5}


def test_stock_of_a_removed_code_goes_to_zero_with_the_next_run_of_its_manufacturer(world: World) -> None:
    honda = world.manufacturer("Honda", "oem", numbers=["H-1", "H-2"])
    removed = world.map("HO", honda)
    world.map("HP", honda)
    world.sync(part("HO", "H-1", 1), part("HP", "H-2", 2))
    db.session.delete(removed)
    db.session.commit()
    run = world.sync(part("HO", "H-1", 1), part("HP", "H-2", 2))
    assert world.shelf() == {("HO", "H-1"): 0, ("HP", "H-2"): 2}
    cleared = [row for row in world.csv(run, "inventory") if row["change"] == "cleared"]
    assert [(row["supplier_code"], row["part_number"]) for row in cleared] == [("HO", "H-1")]


def test_stock_of_a_removed_code_is_left_alone_once_no_code_of_its_manufacturer_is_left(
    world: World,
) -> None:
    removed = world.map("HO", world.manufacturer("Honda", "oem", numbers=["H-1"]))
    world.map("KA", world.manufacturer("Kawasaki", "oem", numbers=["K-1"]))
    world.sync(part("HO", "H-1", 1), part("KA", "K-1", 2))
    db.session.delete(removed)
    db.session.commit()
    world.sync(part("KA", "K-1", 3))
    assert world.shelf() == {("HO", "H-1"): 1, ("KA", "K-1"): 3}


def test_another_dealers_stock_is_never_touched(world: World) -> None:
    honda = world.manufacturer("Honda", "oem", numbers=["H-1"])
    first = world.dealer
    world.map("HO", honda)
    world.sync(part("HO", "H-1", 1))
    world.dealer = world.add_dealer("Summit", "4711")
    world.map("HO", honda)
    world.sync(part("HO", "H-1", 7))
    world.dealer = first
    world.report()
    world.sync()
    assert world.figures("H-1")[0] == 0
    world.dealer = db.session.get_one(type(first), first.id + 1)
    assert world.figures("H-1")[0] == 7
