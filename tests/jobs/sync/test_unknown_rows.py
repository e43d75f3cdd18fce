"""Unknown is not zero: a row that cannot be used says nothing about its part (R10, R14).

The dealer has P0001 to P0004 in stock, 3 of each. Then the service answers whatever was filtered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from jobs.sources.lightspeed.parts import Part
from jobs.sources.source import Page, Unreadable
from jobs.sync import clearing_guard
from sandbox.simulator import Behavior
from tests.factories import make_manufacturer, make_part_number, make_product
from tests.jobs.sync.holds import count_in_stock, silent, states
from tests.sync_harness import SyncHarness, part
from webapp.extensions import db
from webapp.models import PullBlock, RunItem, StoredPull
from webapp.runs import held_clearings

NUMBERS = ("P0001", "P0002", "P0003", "P0004")
ABSENT = object()


@dataclass(frozen=True)
class Case:
    """What differs in the second answer, in every row or by part number, and what is right after it."""

    every: dict[str, Any] = field(default_factory=dict)
    some: dict[str, dict[str, Any]] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    stock: tuple[int, ...] = (3, 3, 3, 3)
    kept: int = 0
    status: str = "succeeded"

    def answer(self) -> list[dict[str, Any]]:
        rows = [
            part("TR", number, 3) | self.every | self.some.get(number, {})
            for number in NUMBERS
            if number not in self.without
        ]
        return [{name: value for name, value in row.items() if value is not ABSENT} for row in rows]


UNDATED = {"lastupdatedate": None}
UNNAMED = {"PartNumber": None}
FAILED = {"status": "failed"}
CASES = {
    "no date, key absent": Case({"lastupdatedate": ABSENT}, **FAILED),
    "no date, null": Case(UNDATED, **FAILED),
    "no date, empty": Case({"lastupdatedate": ""}, **FAILED),
    "the year 1": Case({"lastupdatedate": "0001-01-01T00:00:00"}, **FAILED),
    "date in another notation": Case({"lastupdatedate": "/Date(1764400000000)/"}, **FAILED),
    "date as written in the US": Case({"lastupdatedate": "11/20/2026 10:00:00"}, **FAILED),
    "no quantity, key absent": Case({"OnHand": ABSENT}, **FAILED),
    "no quantity, null": Case({"OnHand": None}, **FAILED),
    "another code in every row": Case({"SupplierCode": "TR-1"}, **FAILED),
    "no code in any row": Case({"SupplierCode": None}, **FAILED),
    "no part number in any row": Case({"PartNumber": None}, **FAILED),
    "different reasons": Case(
        UNDATED, {"P0001": {"OnHand": "many"}, "P0002": {"SupplierCode": ""}}, **FAILED
    ),
    "every second row without a date": Case(
        {"OnHand": 5}, {"P0002": UNDATED, "P0004": UNDATED}, stock=(5, 3, 5, 3), kept=2
    ),
    "thousands separator": Case(some={"P0001": {"OnHand": "1,000"}}, stock=(1000, 3, 3, 3)),
    "no thousands separator": Case(some={"P0001": {"OnHand": "1,00"}}, kept=1),
    "no number": Case(some={"P0001": {"OnHand": "many"}}, kept=1),
    "one row without a code": Case(
        {"OnHand": 4}, {"P0003": {"SupplierCode": " "}}, stock=(4, 4, 3, 4), kept=1
    ),
    "all but one out of stock": Case(
        {"OnHand": 0}, {"P0003": {"OnHand": 3, **UNDATED}}, stock=(0, 0, 3, 0), kept=1
    ),
    "zero": Case(some={"P0001": {"OnHand": 0}}, stock=(0, 3, 3, 3)),
    "below zero, without a date": Case(some={"P0001": {"OnHand": -1, **UNDATED}}, stock=(0, 3, 3, 3)),
    "stale": Case(some={"P0001": {"lastupdatedate": "2001-01-01T00:00:00"}}, stock=(0, 3, 3, 3)),
    "absent": Case(without=("P0001",), stock=(0, 3, 3, 3)),
    "absent beside one that cannot be used": Case(
        some={"P0002": UNDATED}, without=("P0001",), stock=(0, 3, 3, 3), kept=1
    ),
    "one row of another code": Case(some={"P0001": {"SupplierCode": "TR-1"}}, stock=(0, 3, 3, 3)),
    "one row without a part number": Case({"OnHand": 4}, {"P0002": UNNAMED}, stock=(4, 3, 4, 4), kept=1),
}


@pytest.fixture
def stocked(harness: SyncHarness) -> SyncHarness:
    """A dealer with four parts in stock, and a service that filters nothing from now on."""
    harness.map_code("TR", make_manufacturer("Tucker", numbers=NUMBERS), pricing="retail")
    harness.sync(*(part("TR", number, 3) for number in NUMBERS))
    harness.simulator.switches = Behavior(filtering="ignored")
    return harness


def in_stock(harness: SyncHarness) -> tuple[int, ...]:
    shelf = harness.shelf_quantities()
    return tuple(shelf["TR", number] for number in NUMBERS)


def figures(harness: SyncHarness) -> list[tuple[int, int | None, int | None]]:
    return [harness.webstore_figures(number) for number in NUMBERS]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_part_keeps_its_quantity_unless_its_row_says_that_it_is_gone(
    stocked: SyncHarness, case: Case
) -> None:
    run = stocked.sync(*case.answer())
    item = stocked.load_item(run, "TR")
    assert (item.status, in_stock(stocked)) == (case.status, case.stock)
    assert tuple(figure[0] for figure in figures(stocked)) == case.stock
    if case.status == "succeeded":
        assert item.kept == case.kept

    before = figures(stocked)
    stocked.take_outbox()
    again = stocked.sync()
    assert (stocked.load_item(again, "TR").status, in_stock(stocked)) == (case.status, case.stock)
    assert stocked.load_item(again, "TR").changed == 0
    assert (figures(stocked), stocked.take_outbox()) == (before, [])


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_where_previous_quantities_are_kept_no_part_loses_its_quantity(
    stocked: SyncHarness, case: Case
) -> None:
    stocked.change_settings(clear_previous=False)
    for _ in range(2):
        item = stocked.load_item(stocked.sync(*case.answer()), "TR")
        assert item.status == case.status
        assert in_stock(stocked) == tuple(quantity or 3 for quantity in case.stock)


def test_a_code_without_evidence_says_what_is_wrong_with_its_rows(stocked: SyncHarness) -> None:
    run = stocked.sync(*Case(UNDATED, {"P0001": {"OnHand": None}}).answer())
    item = stocked.load_item(run, "TR")
    assert item.error == (
        "Lightspeed sent 4 rows, but none can be used"
        " (1: Quantity is missing or not a number; 3: No last-changed date)."
    )
    assert (run.status, item.error_kind, item.fetched, item.synced) == ("failed", "bad_answer", 4, 0)


def test_the_last_row_of_a_part_wins(stocked: SyncHarness) -> None:
    rows = [part("TR", "P0001", 9), part("TR", "P0001", 8, **UNDATED)]
    rows += [part("TR", "P0002", 9, **UNDATED), part("TR", "P0002", 8)]
    rows += [part("TR", "P0003", 9, **UNDATED), part("TR", "P0003", 0)]
    item = stocked.load_item(stocked.sync(*rows), "TR")
    assert in_stock(stocked) == (3, 8, 0, 0)
    assert (item.kept, item.synced) == (1, 1)


def test_a_part_that_was_never_in_stock_keeps_nothing(stocked: SyncHarness) -> None:
    rows = [part("TR", number, 3) for number in NUMBERS]
    item = stocked.load_item(stocked.sync(*rows, part("TR", "P0009", 3, **UNDATED)), "TR")
    assert (item.kept, item.skipped) == (0, 1)


def test_of_two_parts_on_one_product_the_unknown_one_goes_on_contributing(harness: SyncHarness) -> None:
    tucker = make_manufacturer("Tucker")
    product = make_product(tucker, "A-1")
    make_part_number(tucker, product, "A-2")
    harness.map_code("TR", tucker, pricing="retail")
    harness.sync(part("TR", "A-1", 4, Retail=5), part("TR", "A-2", 3, Retail=7))
    harness.simulator.switches = Behavior(filtering="ignored")
    for _ in range(2):
        run = harness.sync(part("TR", "A-1", 1, Retail=6), part("TR", "A-2", 9, **UNDATED))
        assert (harness.webstore_figures("A-1"), harness.load_item(run, "TR").kept) == ((4, 600, 1), 1)
    harness.sync(part("TR", "A-1", 1, **UNDATED), part("TR", "A-2", 2, Retail=9))
    assert harness.webstore_figures("A-1") == (3, 600, 1)
    harness.sync(part("TR", "A-1", 1, **UNDATED))
    assert harness.webstore_figures("A-1") == (3, 600, 1)


def test_unknown_parts_of_one_product_keep_stock_that_no_pull_explains(harness: SyncHarness) -> None:
    tucker = make_manufacturer("Tucker", numbers=["B-1"])
    product = make_product(tucker, "A-1")
    make_part_number(tucker, product, "A-2")
    harness.map_code("TR", tucker)
    harness.change_settings(clear_previous=True)
    harness.sync(part("TR", "A-1", 4), part("TR", "A-2", 3), part("TR", "B-1"))
    for model in (PullBlock, StoredPull):
        db.session.execute(db.delete(model))
    db.session.commit()
    harness.simulator.switches = Behavior(filtering="ignored")
    run = harness.sync(part("TR", "A-1", 1, **UNDATED), part("TR", "A-2", 1, **UNDATED), part("TR", "B-1"))
    assert (harness.load_item(run, "TR").kept, harness.webstore_figures("A-1")[0]) == (2, 7)


def test_kept_parts_are_not_in_the_inventory_report(stocked: SyncHarness) -> None:
    run = stocked.sync(*Case({"OnHand": 5}, {"P0002": UNDATED}).answer())
    assert [row["mpn"] for row in stocked.report_rows(run, "inventory")] == ["P0001", "P0003", "P0004"]
    assert [row["part_number"] for row in stocked.report_rows(run, "skipped")] == ["P0002"]


def test_a_row_without_a_part_number_that_has_always_been_there_hides_nothing(harness: SyncHarness) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=NUMBERS))
    unnamed = part("TR", None, 1)
    harness.simulator.switches = Behavior(filtering="ignored")
    harness.sync(*(part("TR", number, 3) for number in NUMBERS), unnamed)
    run = harness.sync(*(part("TR", number, 3) for number in NUMBERS[1:]), unnamed)
    assert (in_stock(harness), harness.load_item(run, "TR").kept) == ((0, 3, 3, 3), 0)


def test_a_part_that_an_unnamed_row_may_be_is_cleared_once_the_row_is_gone(stocked: SyncHarness) -> None:
    rows = [part("TR", number, 3) for number in NUMBERS]
    run = stocked.sync(*rows[1:], part("TR", "", 3))
    assert (in_stock(stocked), stocked.load_item(run, "TR").kept) == ((3, 3, 3, 3), 1)
    # What disappears later was reported beside the row: the row is not it.
    run = stocked.sync(*rows[2:], part("TR", "", 3))
    assert (in_stock(stocked), stocked.load_item(run, "TR").kept) == ((3, 0, 3, 3), 1)
    run = stocked.sync(*rows[2:])
    assert (in_stock(stocked), stocked.load_item(run, "TR").kept) == ((0, 0, 3, 3), 0)


def test_a_part_is_kept_that_comes_back_under_a_row_that_cannot_be_used(stocked: SyncHarness) -> None:
    rows = [part("TR", number, 3) for number in NUMBERS]
    stocked.change_settings(clear_previous=False)
    stocked.sync(*rows[1:])
    stocked.change_settings(clear_previous=True)
    run = stocked.sync(*rows[1:], part("TR", "P0001", 9, **UNDATED))
    assert (in_stock(stocked), stocked.load_item(run, "TR").kept) == ((3, 3, 3, 3), 1)


class Service:
    """Answers with one page whose records could not all be decoded."""

    def __init__(self, parts: list[Part], unreadable: list[Unreadable]) -> None:
        self._page = Page(1, parts, unreadable, len(parts) + len(unreadable), 1, 0.1, is_short=True)

    def parts(self, *_: Any) -> Service:
        return self

    are_known = False
    trace = None

    def begin(self) -> None:
        """Nothing is fetched."""

    def abandon(self) -> None:
        """Nothing was begun."""

    def pages(self) -> Iterator[list[Page]]:
        yield [self._page]


def decoded(*numbers: str) -> list[Part]:
    date = "2999-01-01T00:00:00"
    return [Part(part_number=n, supplier_code="TR", on_hand=5, last_updated=date) for n in numbers]


def sync_decoded(harness: SyncHarness, parts: list[Part], *unreadable: Unreadable) -> RunItem:
    service: Any = Service(parts, list(unreadable))
    return harness.load_item(harness.sync(connect=lambda _: service), "TR")


def test_a_record_that_cannot_be_decoded_may_be_any_part(stocked: SyncHarness) -> None:
    for _ in range(2):
        item = sync_decoded(stocked, decoded(*NUMBERS[:3]), Unreadable(1, "not a record"))
        assert (in_stock(stocked), item.kept, item.fetched) == ((5, 5, 5, 3), 1, 4)
    item = sync_decoded(stocked, decoded(*NUMBERS[:3]))
    assert (in_stock(stocked), item.kept) == ((5, 5, 5, 0), 0)


def test_an_undecodable_record_with_a_part_number_keeps_that_part_alone(stocked: SyncHarness) -> None:
    item = sync_decoded(stocked, decoded("P0001"), Unreadable(0, "damaged", "p0002 "))
    assert (in_stock(stocked), item.kept) == ((5, 3, 0, 0), 1)


@pytest.mark.parametrize(("position", "first", "kept"), [(0, 5, 0), (1, 5, 0), (3, 3, 1)])
def test_undecodable_records_count_in_the_order_reported(
    stocked: SyncHarness, position: int, first: int, kept: int
) -> None:
    parts = decoded("P0004", "P0002", "P0001")
    item = sync_decoded(stocked, parts, Unreadable(position, "damaged", "P0001"))
    assert (in_stock(stocked)[0], item.kept) == (first, kept)


MANY = 120


@pytest.fixture
def full(harness: SyncHarness) -> SyncHarness:
    """A dealer with 120 parts in stock, and a service that filters nothing from now on."""
    harness.map_code("KA", make_manufacturer("Kawasaki", numbers=[f"K-{number}" for number in range(MANY)]))
    harness.sync(*many(MANY))
    harness.simulator.switches = Behavior(filtering="ignored")
    return harness


def many(count: int, first: int = 0, **fields: Any) -> list[dict[str, Any]]:
    return [part("KA", f"K-{number}", 2, **fields) for number in range(first, first + count)]


def test_an_answer_without_evidence_never_confirms_a_held_clearing(full: SyncHarness) -> None:
    assert silent(full).status == "partial"
    for _ in range(2):
        run = full.sync(*many(MANY, **UNDATED))
        assert (run.status, count_in_stock(full), states()) == ("failed", MANY, ["held"])
    assert silent(full).status == "succeeded"
    assert (count_in_stock(full), states()) == (0, ["confirmed"])


def test_a_clearing_weighs_only_what_would_really_be_cleared(full: SyncHarness) -> None:
    run = full.sync(*many(20), *many(60, 20, **UNDATED))
    assert (run.status, count_in_stock(full), states()) == ("succeeded", 80, [])
    assert (full.load_item(run, "KA").kept, full.load_item(run, "KA").cleared) == (60, 40)


def test_a_code_of_which_every_part_is_kept_or_gone_is_not_silent(full: SyncHarness) -> None:
    rows = [*many(30, lastupdatedate="2001-01-01T00:00:00"), *many(90, 30, **UNDATED)]
    run = full.sync(*rows)
    assert (run.status, count_in_stock(full), states()) == ("succeeded", 90, [])


def test_an_approved_clearing_leaves_what_is_kept(full: SyncHarness) -> None:
    full.sync(*many(10), *many(20, 10, **UNDATED))
    clearing = held_clearings.waiting_or_of_run(full.dealer.id, None)[0]
    assert (clearing.products, clearing.stocked) == (90, 120)
    assert held_clearings.apply_clearing(clearing, None)
    assert clearing_guard.clear_approved(clearing.id)
    assert count_in_stock(full) == 30
