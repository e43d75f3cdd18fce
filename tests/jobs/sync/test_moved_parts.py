"""A part that moved to another code of its manufacturer counts once where quantities are kept (R14)."""

from __future__ import annotations

import pytest

from jobs.sync import run_sync
from sandbox.simulator import Behavior, Fault
from tests.factories import make_manufacturer, make_part_number, make_product
from tests.sync_harness import SyncHarness, part
from webapp.extensions import db
from webapp.models import Manufacturer, Product, RetainedPart, Run
from webapp.runs import lifecycle

ORDERS = [("TR", "TRX"), ("TRX", "TR")]


@pytest.fixture(params=ORDERS, ids=" before ".join)
def codes(harness: SyncHarness, request: pytest.FixtureRequest) -> SyncHarness:
    """Two codes of one manufacturer, in either order, whose quantities are kept."""
    tucker = make_manufacturer("Tucker", numbers=["P0001", "P0002"])
    for code in request.param:
        harness.map_code(code, tucker)
    harness.change_settings(clear_previous=False)
    return harness


def quantity(harness: SyncHarness, number: str = "P0001") -> int:
    """The shelf quantity, which the webstore has as well."""
    total = sum(quantity for (_, mpn), quantity in harness.shelf_quantities().items() if mpn == number)
    assert harness.webstore_figures(number)[0] == total
    return total


def failing(harness: SyncHarness, code: str) -> None:
    harness.simulator.switches = Behavior(faults=[Fault("error_500", code=code, times=None)])


def retry(harness: SyncHarness, run: Run) -> Run:
    """The run that tries the failed codes of another one again."""
    harness.simulator.switches = Behavior()
    started = lifecycle.start(harness.dealer, "retry", retry_of=run).run
    started_id = started.id
    assert run_sync.execute(started_id, harness.run_context())
    return harness.load_run(started_id)


def retained() -> list[str]:
    found = list(db.session.scalars(db.select(RetainedPart.key).order_by(RetainedPart.key)))
    db.session.commit()
    return found


def test_a_part_that_moved_counts_once_there_and_back_again(codes: SyncHarness) -> None:
    codes.sync(part("TR", "P0001", 4))
    for code in ("TRX", "TR", "TRX"):
        codes.take_outbox()
        run = codes.sync(part(code, "P0001", 4))
        assert quantity(codes) == 4
        assert codes.shelf_stock(code, "P0001").quantity == 4
        assert sum(item.cleared for item in run.items) == 1
        assert codes.report_rows(run, "inventory")[-1]["change"] in ("cleared", "new", "updated")
    assert retained() == []


def test_a_part_that_moved_with_a_smaller_quantity_is_reindexed(codes: SyncHarness) -> None:
    codes.sync(part("TR", "P0001", 4), part("TR", "P0002", 4))
    codes.take_outbox()
    codes.sync(part("TRX", "P0001", 1), part("TR", "P0002", 4))
    assert quantity(codes) == 1
    assert set(codes.take_outbox()) == {"P0001"}


def test_of_two_codes_that_both_had_the_part_the_one_that_stops_keeps_its_quantity(
    codes: SyncHarness,
) -> None:
    codes.sync(part("TR", "P0001", 4), part("TRX", "P0001", 3))
    for _ in range(3):
        run = codes.sync(part("TRX", "P0001", 3))
        assert quantity(codes) == 7
        assert [item.cleared for item in run.items] == [0, 0]


def test_a_part_that_is_gone_and_did_not_move_keeps_its_quantity(codes: SyncHarness) -> None:
    codes.sync(part("TR", "P0001", 4))
    for _ in range(2):
        codes.sync(part("TRX", "P0002", 1))
        assert quantity(codes) == 4


def test_a_part_that_another_code_reports_later_has_moved(codes: SyncHarness) -> None:
    codes.sync(part("TR", "P0001", 4))
    codes.sync(part("TR", "P0002", 1))
    assert (quantity(codes), retained()) == (4, ["p0001"])
    codes.sync(part("TRX", "P0001", 4), part("TR", "P0002", 1))
    assert (quantity(codes), retained()) == (4, [])


def test_a_part_that_a_new_code_reports_beside_the_old_one_did_not_move(codes: SyncHarness) -> None:
    codes.sync(part("TR", "P0001", 4))
    codes.sync(part("TR", "P0001", 4), part("TRX", "P0001", 3))
    assert quantity(codes) == 7
    codes.sync(part("TRX", "P0001", 3))
    assert quantity(codes) == 7


def test_a_code_that_fails_loses_nothing_until_its_pull_is_complete(codes: SyncHarness) -> None:
    codes.sync(part("TR", "P0001", 4))
    failing(codes, "TR")
    codes.sync(part("TRX", "P0001", 4))
    assert quantity(codes) == 8
    codes.simulator.switches = Behavior()
    codes.sync()
    assert (quantity(codes), codes.shelf_stock("TR", "P0001").quantity) == (4, 0)


def test_a_part_that_moved_while_its_new_code_failed_is_found_by_the_retry(codes: SyncHarness) -> None:
    codes.sync(part("TR", "P0001", 4))
    failing(codes, "TRX")
    run = codes.sync(part("TRX", "P0001", 4))
    assert (run.status, quantity(codes)) == ("partial", 4)
    retry(codes, run)
    assert (quantity(codes), codes.shelf_stock("TR", "P0001").quantity) == (4, 0)


def test_what_a_retry_brings_for_the_first_time_did_not_begin_after_the_run(codes: SyncHarness) -> None:
    failing(codes, "TRX")
    run = codes.sync(part("TR", "P0001", 4), part("TRX", "P0001", 3))
    retry(codes, run)
    codes.sync(part("TRX", "P0001", 3))
    assert quantity(codes) == 7


def test_a_failed_fetch_is_not_a_gap(codes: SyncHarness) -> None:
    codes.sync(part("TR", "P0001", 4), part("TRX", "P0001", 3))
    failing(codes, "TRX")
    codes.sync()
    codes.simulator.switches = Behavior()
    codes.sync()
    codes.sync(part("TRX", "P0001", 3))
    assert quantity(codes) == 7


def test_an_unusable_row_is_neither_a_gap_nor_a_start(codes: SyncHarness) -> None:
    codes.simulator.switches = Behavior()
    codes.sync(part("TR", "P0001", 4), part("TR", "P0002", 1))
    filtered = Behavior(filtering="ignored")
    codes.simulator.switches = filtered
    undated = {"lastupdatedate": None}
    codes.sync(part("TR", "P0001", 9, **undated), part("TR", "P0002", 1), part("TRX", "P0002", 1))
    assert quantity(codes) == 4
    codes.sync(part("TRX", "P0001", 9, **undated), part("TR", "P0002", 1), part("TRX", "P0002", 1))
    assert quantity(codes) == 4
    codes.sync(part("TRX", "P0001", 9), part("TR", "P0002", 1), part("TRX", "P0002", 1))
    assert (quantity(codes), codes.shelf_stock("TR", "P0001").quantity) == (9, 0)


def test_of_two_parts_on_one_product_only_the_one_that_moved_goes(harness: SyncHarness) -> None:
    tucker = make_manufacturer("Tucker")
    product = make_product(tucker, "A-1")
    make_part_number(tucker, product, "A-2")
    harness.map_code("TR", tucker)
    harness.map_code("TRX", tucker)
    harness.change_settings(clear_previous=False)
    harness.sync(part("TR", "A-1", 4), part("TR", "A-2", 3))
    harness.sync(part("TRX", "A-1", 4))
    assert quantity(harness, "A-1") == 7
    assert harness.shelf_stock("TR", "A-1").quantity == 3
    harness.sync(part("TRX", "A-1", 4))
    assert quantity(harness, "A-1") == 7


def test_the_same_number_of_another_manufacturer_is_another_part(harness: SyncHarness) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["P0001"]))
    harness.map_code("TRX", make_manufacturer("Western", numbers=["P0001"]))
    harness.change_settings(clear_previous=False)
    harness.sync(part("TR", "P0001", 4))
    harness.sync(part("TRX", "P0001", 4))
    assert harness.shelf_quantities() == {("TR", "P0001"): 4, ("TRX", "P0001"): 4}


def test_a_code_that_was_added_takes_over_what_it_is_the_first_to_report(harness: SyncHarness) -> None:
    tucker = make_manufacturer("Tucker", numbers=["P0001"])
    harness.map_code("TR", tucker)
    harness.change_settings(clear_previous=False)
    harness.sync(part("TR", "P0001", 4))
    harness.map_code("TRX", tucker)
    harness.sync(part("TRX", "P0001", 4))
    assert harness.shelf_quantities() == {("TR", "P0001"): 0, ("TRX", "P0001"): 4}


@pytest.fixture
def three(harness: SyncHarness) -> SyncHarness:
    """Three codes of one manufacturer."""
    tucker = make_manufacturer("Tucker", numbers=["P0001"])
    for code in ("A", "B", "C"):
        harness.map_code(code, tucker)
    harness.change_settings(clear_previous=False)
    return harness


def test_a_part_that_moves_on_through_several_codes_is_left_with_none_of_them(three: SyncHarness) -> None:
    for code in "ACBA":
        three.sync(part(code, "P0001", 4))
        assert {of: quantity for (of, _), quantity in three.shelf_quantities().items() if quantity} == {
            code: 4
        }


def test_switching_clear_previous_off_and_on_loses_no_count(codes: SyncHarness) -> None:
    codes.change_settings(clear_previous=True)
    codes.sync(part("TR", "P0001", 4))
    codes.change_settings(clear_previous=False)
    codes.sync(part("TRX", "P0001", 4))
    assert quantity(codes) == 4
    codes.sync(part("TR", "P0002", 1))
    codes.change_settings(clear_previous=True)
    codes.sync(part("TR", "P0002", 1))
    assert (quantity(codes), quantity(codes, "P0002"), retained()) == (0, 1, [])


def test_a_part_that_moved_leaves_the_quantity_of_an_unchanged_part_on_its_product(
    codes: SyncHarness,
) -> None:
    maker = db.session.scalars(db.select(Manufacturer)).one()
    product = db.session.scalars(db.select(Product).where(Product.mpn == "P0001")).one()
    make_part_number(maker, product, "Q0001")
    codes.sync(part("TR", "P0001", 4), part("TR", "Q0001", 3))
    codes.sync(part("TR", "P0001", 4), part("TR", "Q0001", 3))
    codes.sync(part("TR", "Q0001", 3))
    codes.sync(part("TR", "Q0001", 3), part("TRX", "P0001", 4))
    assert [codes.shelf_stock(code, "P0001").quantity for code in ("TR", "TRX")] == [3, 4]
    assert quantity(codes) == 7
