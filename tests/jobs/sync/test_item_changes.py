"""What a run, or a user, changed of shelf stock is kept, before and after (R25)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from jobs import tasks
from tests.factories import make_manufacturer
from tests.sync_harness import SyncHarness, part
from webapp.extensions import db
from webapp.models import ItemChanges, Manufacturer, Run, SupplierCode
from webapp.pulls.stock_changes import unpack
from webapp.runs import held_clearings, run_changes
from webapp.supplier_codes import changes

Shown = tuple[str, str, int | None, int, int, str]


@pytest.fixture
def tucker(harness: SyncHarness) -> Manufacturer:
    return make_manufacturer("Tucker", numbers=["A-1", "A-2", "A-3", "A-4", "A-5"])


@pytest.fixture
def stocked(harness: SyncHarness, tucker: Manufacturer) -> SyncHarness:
    """Five parts of TR on the shelf, at ten dollars each."""
    harness.map_code("TR", tucker, pricing="retail")
    harness.change_settings(clear_previous=True)
    harness.sync(*[part("TR", f"A-{number}", number) for number in range(1, 6)])
    return harness


def shown(run: Run, limit: int = 20) -> list[Shown]:
    """Part number, code, quantities before and after, value in cents, and why."""
    return [
        (
            change.part_number,
            change.code,
            None if change.before is None else change.before.quantity,
            change.after.quantity,
            change.value_cents,
            change.why,
        )
        for change in run_changes.largest(run, limit)
    ]


def test_a_first_run_finds_everything_new(stocked: SyncHarness) -> None:
    run = stocked.load_run(1)
    assert run_changes.count(run) == 5
    assert shown(run, 2) == [("A-5", "TR", None, 5, 5000, "new"), ("A-4", "TR", None, 4, 4000, "new")]


def test_each_kind_of_change_is_told_apart(stocked: SyncHarness) -> None:
    run = stocked.sync(
        part("TR", "A-1", 9), part("TR", "A-2", 1), part("TR", "A-3", 3, Retail=11), part("TR", "A-4", 4)
    )
    assert shown(run) == [
        ("A-1", "TR", 1, 9, 8000, "received"),
        ("A-5", "TR", 5, 0, -5000, "cleared"),
        ("A-2", "TR", 2, 1, -1000, "sold"),
        ("A-3", "TR", 3, 3, 300, "price"),
    ]
    row = db.session.scalars(select(SupplierCode)).one()
    row.lead_time_days = 9
    db.session.commit()
    rows = [part("TR", f"A-{number}", 5) for number in (1, 2, 3, 5)]
    whys = {number: why for number, *_, why in shown(stocked.sync(*rows, part("TR", "A-4", 4)))}
    assert (whys["A-4"], whys["A-5"]) == ("lead_time", "back")


def test_without_a_sale_price_the_reported_retail_price_counts(
    harness: SyncHarness, tucker: Manufacturer
) -> None:
    harness.map_code("TR", tucker)
    assert shown(harness.sync(part("TR", "A-1", 3))) == [("A-1", "TR", None, 3, 3000, "new")]


def test_a_run_without_changes_keeps_none(stocked: SyncHarness) -> None:
    run = stocked.sync()
    assert (run_changes.count(run), run_changes.largest(run)) == (0, [])


def test_stock_of_a_removed_code_is_cleared_under_its_own_name(
    stocked: SyncHarness, tucker: Manufacturer
) -> None:
    changes.remove(db.session.scalars(select(SupplierCode)).one(), clear=False)
    stocked.map_code("OTHER", tucker)
    run = stocked.sync(*[part("OTHER", f"A-{number}", 1) for number in range(1, 6)])
    assert ("A-5", "TR", 5, 0, -5000, "cleared") in shown(run)
    assert ("A-5", "OTHER", None, 1, 1000, "new") in shown(run)
    assert run_changes.count(run) == 10


def test_a_part_that_moved_to_another_code_is_named_so(harness: SyncHarness, tucker: Manufacturer) -> None:
    harness.map_code("TR", tucker)
    harness.map_code("PU", tucker)
    harness.change_settings(clear_previous=False)
    harness.sync(part("TR", "A-1", 3), part("PU", "A-2", 1))
    run = harness.sync(part("TR", "A-3", 1), part("PU", "A-1", 3), part("PU", "A-2", 1))
    assert {row[:2]: row[-1] for row in shown(run)} == {
        ("A-1", "TR"): "moved",
        ("A-1", "PU"): "new",
        ("A-3", "TR"): "new",
    }


@pytest.mark.slow
def test_an_approved_clearing_is_a_change_of_the_run_that_held_it(harness: SyncHarness) -> None:
    numbers = [f"K-{number:03}" for number in range(120)]
    harness.map_code("KA", make_manufacturer("Kawasaki", numbers=numbers))
    harness.change_settings(clear_previous=True)
    harness.sync(*[part("KA", number, 2) for number in numbers])
    run = harness.sync(*[part("KA", number, 2) for number in numbers[:50]])
    assert run_changes.count(run) == 0
    held_clearings.apply_clearing(held_clearings.waiting_or_of_run(harness.dealer.id, None)[0], by=None)
    tasks.clear_held(held_clearings.of_runs([run.id])[0].id)
    assert run_changes.count(harness.load_run(run.id)) == 70
    assert {row[2:4] + row[-1:] for row in shown(run)} == {(2, 0, "approved")}


def test_stock_that_is_cleared_with_its_code_is_kept_outside_of_runs(stocked: SyncHarness) -> None:
    changes.remove(db.session.scalars(select(SupplierCode)).one(), clear=True)
    block = db.session.scalars(select(ItemChanges).where(ItemChanges.run_item_id.is_(None))).one()
    assert (block.dealer_id, block.cause, block.changes) == (stocked.dealer.id, "removed", 5)
    found = [(change.before, change.after.quantity) for change in unpack(block.body)]
    assert sorted(before.quantity for before, _ in found if before is not None) == [1, 2, 3, 4, 5]
    assert {after for _, after in found} == {0}
