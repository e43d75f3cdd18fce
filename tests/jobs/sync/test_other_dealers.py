"""Rows of another dealership fail their code, and nothing of it is applied (R9)."""

from __future__ import annotations

import pytest

from jobs.sources.lightspeed.errors import error_for_fault
from sandbox.simulator import Behavior
from tests.factories import make_manufacturer
from tests.sync_harness import SyncHarness, part
from webapp.extensions import db
from webapp.models import StoredPull


@pytest.fixture
def harness(harness: SyncHarness) -> SyncHarness:
    """Two codes; 600 parts of TR were synced, and one of KA."""
    numbers = [f"P{number:05}" for number in range(600)]
    harness.map_code("TR", make_manufacturer("Tucker", numbers=numbers))
    harness.map_code("KA", make_manufacturer("Kawasaki", "oem", numbers=["K-1"]))
    harness.change_settings(clear_previous=True)
    harness.sync(*(part("TR", number, 2) for number in numbers), part("KA", "K-1", 1))
    return harness


@pytest.mark.parametrize("setting", ["other", "other_in_one"])
def test_rows_of_another_dealership_change_nothing(harness: SyncHarness, setting: str) -> None:
    before = harness.shelf_quantities()
    harness.simulator.switches = Behavior(cmf=setting)
    run = harness.sync(part("TR", "P00000", 9), part("TR", "P00001", 9), part("KA", "K-1", 9))
    assert (run.status, harness.shelf_quantities()) == ("failed", before)
    for item in run.items:
        assert (item.status, item.error_kind) == ("failed", "other_dealer")
        assert item.error == error_for_fault("foreign_parts").sentence


def test_one_row_of_another_dealership_fails_only_its_code(harness: SyncHarness) -> None:
    before = harness.shelf_quantities()
    parts = [part("TR", f"P{number:05}", 9) for number in range(600)]
    parts[550]["Cmf"] = "11111111"
    run = harness.sync(*parts, part("KA", "K-1", 9))
    assert run.status == "partial"
    assert [item.status for item in run.items] == ["failed", "succeeded"]
    assert harness.shelf_quantities() == {**before, ("KA", "K-1"): 9}
    # What was received of the code before is gone, and it was not requested again in this run.
    assert (run.items[0].tries, run.items[0].synced) == (1, 0)
    assert run.items[0].id not in db.session.scalars(db.select(StoredPull.item_id)).all()


def test_the_prefetch_of_a_code_with_such_rows_is_discarded(harness: SyncHarness) -> None:
    before = harness.shelf_quantities()
    foreign = {**part("KA", "K-1", 9), "Cmf": "11111111"}
    run = harness.sync(*(part("TR", f"P{number:05}", 3) for number in range(600)), foreign)
    assert [item.status for item in run.items] == ["succeeded", "failed"]
    assert harness.shelf_quantities() == {
        key: 3 if key[0] == "TR" else quantity for key, quantity in before.items()
    }


def test_the_next_run_fetches_the_code_again(harness: SyncHarness) -> None:
    foreign = {**part("KA", "K-1", 9), "Cmf": "11111111"}
    harness.sync(part("TR", "P00000", 2), part("TR", "P00001", 2), foreign)
    run = harness.sync(part("TR", "P00000", 2), part("TR", "P00001", 2), part("KA", "K-1", 9))
    assert harness.load_item(run, "KA").status == "succeeded"
    assert harness.shelf_quantities()["KA", "K-1"] == 9


@pytest.mark.parametrize("setting", ["absent", "null"])
def test_rows_without_a_dealership_are_applied(harness: SyncHarness, setting: str) -> None:
    harness.simulator.switches = Behavior(cmf=setting)
    run = harness.sync(part("KA", "K-1", 9))
    assert harness.load_item(run, "KA").status == "succeeded"
    assert harness.shelf_quantities()["KA", "K-1"] == 9
