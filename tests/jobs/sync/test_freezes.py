"""Freezes: runs fetch and report, and leave the shelf as it is (R26)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import current_app
from sqlalchemy import select

from jobs.sync import clearing_guard, run_sync
from sandbox.simulator import Behavior
from tests.factories import make_manufacturer, make_part_number
from tests.jobs.sync.holds import states
from tests.sync_harness import SyncHarness, part
from webapp.core import clock
from webapp.extensions import db
from webapp.freezes import freezing
from webapp.lightspeed import configurations
from webapp.models import (
    Configuration,
    Dealer,
    Freeze,
    Manufacturer,
    PartNumber,
    Product,
    Run,
    RunItem,
    ShelfStock,
    SupplierCode,
    WebstoreFigures,
)
from webapp.pulls import stored_changes
from webapp.pulls.stored_changes import CausedChange
from webapp.runs import held_clearings
from webapp.supplier_codes import changes


@pytest.fixture
def stocked(harness: SyncHarness) -> SyncHarness:
    """Two codes of two manufacturers with two parts each, with Clear Previous Quantities."""
    harness.change_settings(clear_previous=True)
    numbers = ["A-1", "B-2", "C-3"]
    harness.map_code("TR", make_manufacturer("Tucker", numbers=numbers), pricing="retail")
    harness.map_code("WP", make_manufacturer("Western", numbers=numbers))
    harness.sync(*stock(1, 2, 0), *stock(1, 2, 0, code="WP"))
    return harness


def stock(*quantities: int, code: str = "TR") -> list[dict[str, Any]]:
    numbers = zip(["A-1", "B-2", "C-3"], quantities, strict=True)
    return [part(code, number, quantity) for number, quantity in numbers if quantity]


def freeze(harness: SyncHarness, scope: str = "all", **fields: Any) -> Freeze:
    return freezing.freeze(harness.dealer, scope, reason="physical count", **fields)


Changes = dict[tuple[str, int, str], tuple[int | None, int]]


def planned(item: RunItem) -> Changes:
    """What an item would have done: the quantities before and after, by code, product and cause."""
    return _changes(stored_changes.planned_of_item(db.session.connection(), item.id))


def done(item: RunItem) -> Changes:
    """What an item did."""
    return _changes(stored_changes.blocks_of(db.session.connection(), item.id))


def _changes(blocks: Iterator[list[CausedChange]]) -> Changes:
    found = {
        (row.change.place.code_key, row.change.place.product_id, row.cause): (
            row.change.before.quantity if row.change.before else None,
            row.change.after.quantity,
        )
        for block in blocks
        for row in block
    }
    db.session.commit()
    return found


def execute(harness: SyncHarness, run: Run | None) -> Run:
    assert run is not None
    run_id = run.id
    assert run_sync.execute(run_id, harness.run_context())
    return harness.load_run(run_id)


def shelf(dealer: Dealer) -> dict[tuple[str, int, int], tuple[int, int | None, int]]:
    """The dealer's stock: quantity, price and lead time by code, manufacturer and product."""
    rows = db.session.scalars(
        select(ShelfStock)
        .where(ShelfStock.dealer_id == dealer.id, ShelfStock.quantity > 0)
        .execution_options(populate_existing=True)
    )
    found = {
        (row.code_key, row.manufacturer_id, row.product_id): (
            row.quantity,
            row.sale_price_cents,
            row.lead_time_days,
        )
        for row in rows
    }
    db.session.commit()
    return found


def online(dealer: Dealer) -> dict[int, tuple[int, int | None, int | None]]:
    """The dealer's figures in the webstore, of products in stock."""
    rows = db.session.scalars(
        select(WebstoreFigures)
        .where(WebstoreFigures.dealer_id == dealer.id, WebstoreFigures.shelf_quantity > 0)
        .execution_options(populate_existing=True)
    )
    found = {row.product_id: (row.shelf_quantity, row.sale_price_cents, row.lead_time_days) for row in rows}
    db.session.commit()
    return found


def add_twin(harness: SyncHarness) -> Dealer:
    """Another dealer with the same codes, to be compared with."""
    first = harness.dealer
    harness.dealer = harness.add_dealer("Summit", "4711")
    harness.change_settings(clear_previous=True)
    codes = select(SupplierCode).where(SupplierCode.dealer_id == first.id).order_by(SupplierCode.id)
    for row in list(db.session.scalars(codes)):
        harness.map_code(row.code, row.manufacturer, pricing=row.pricing)
    twin, harness.dealer = harness.dealer, first
    return twin


def sync_of(harness: SyncHarness, dealer: Dealer, *parts: dict[str, Any]) -> Run:
    own, harness.dealer = harness.dealer, dealer
    run = harness.sync(*parts)
    harness.dealer = own
    return run


def release(harness: SyncHarness, row: Freeze) -> Run:
    _, run = freezing.release(row)
    return execute(harness, run)


def test_a_run_under_a_freeze_of_everything_fetches_and_reports_only(stocked: SyncHarness) -> None:
    before, figures = shelf(stocked.dealer), online(stocked.dealer)
    freeze(stocked)
    stocked.take_outbox()
    run = stocked.sync(*stock(5, 0, 3), *stock(6, 2, 0, code="WP"))
    assert (shelf(stocked.dealer), online(stocked.dealer)) == (before, figures)
    assert stocked.take_outbox() == []
    item = stocked.load_item(run, "TR")
    assert (run.status, item.fetched, item.synced) == ("succeeded", 2, 2)
    assert (item.changed, item.cleared, item.held, item.frozen) == (0, 0, 0, 3)
    assert sorted(planned(item).values(), key=str) == [(1, 5), (2, 0), (None, 3)]
    assert stocked.load_item(run, "WP").frozen == 1
    assert stored_changes.count(db.session.connection(), [each.id for each in run.items]) == 0
    lines = [line for line in stocked.report_rows(run, "inventory") if line["supplier_code"] == "TR"]
    assert [(line["reported_quantity"], line["shelf_quantity"], line["change"]) for line in lines] == [
        ("5", "1", "unchanged"),
        ("3", "0", "unchanged"),
    ]


def test_what_is_kept_back_is_what_the_run_would_have_done(stocked: SyncHarness) -> None:
    twin = add_twin(stocked)
    sync_of(stocked, twin, *stock(1, 2, 0), *stock(1, 2, 0, code="WP"))
    freeze(stocked)
    parts = [*stock(5, 0, 3), *stock(6, 0, 0, code="WP")]
    kept_back = [planned(item) for item in stocked.sync(*parts).items]
    assert kept_back == [done(item) for item in sync_of(stocked, twin, *parts).items]
    assert all(kept_back)


def test_a_freeze_of_a_code_leaves_the_other_codes(stocked: SyncHarness) -> None:
    freeze(stocked, "code", code="wp")
    run = stocked.sync(*stock(5, 0, 3), *stock(6, 2, 0, code="WP"))
    assert stocked.shelf_quantities() == {
        **{("TR", "A-1"): 5, ("TR", "B-2"): 0, ("TR", "C-3"): 3},
        **{("WP", "A-1"): 1, ("WP", "B-2"): 2},
    }
    assert [item.frozen for item in run.items] == [0, 1]
    assert [item.changed for item in run.items] == [3, 0]


def test_a_freeze_of_a_manufacturer_leaves_a_codes_other_manufacturers(stocked: SyncHarness) -> None:
    maker = make_manufacturer("Parts Unlimited", abbreviation="PU", numbers=["A-1", "D-4"])
    stocked.map_code("TR", maker)
    stocked.sync(*stock(1, 2, 0), part("TR", "D-4", 1))
    freeze(stocked, "manufacturer", manufacturer_id=maker.id)
    run = stocked.sync(*stock(5, 2, 0), part("TR", "D-4", 7))
    stock_now = {key[1:]: row[0] for key, row in shelf(stocked.dealer).items() if key[0] == "tr"}
    assert sorted((number == maker.id, quantity) for (number, _), quantity in stock_now.items()) == [
        *((False, 2), (False, 5)),
        *((True, 1), (True, 1)),
    ]
    assert (stocked.load_item(run, "TR").changed, stocked.load_item(run, "TR").frozen) == (1, 2)


def test_another_codes_clearing_leaves_frozen_stock(stocked: SyncHarness) -> None:
    maker = db.session.scalars(select(Manufacturer).where(Manufacturer.name == "Tucker")).one()
    old = stocked.map_code("OLD", maker)
    stocked.sync(*stock(1, 2, 0), part("OLD", "C-3", 9))
    row = freeze(stocked, "code", code="OLD")
    changes.remove(old, clear=False)
    run = stocked.sync(*stock(1, 2, 0))
    assert stocked.shelf_quantities()["OLD", "C-3"] == 9
    item = stocked.load_item(run, "TR")
    assert (item.cleared, item.frozen) == (0, 1)
    assert {(key[0], key[2]): value for key, value in planned(item).items()} == {("old", "cleared"): (9, 0)}
    run = release(stocked, row)
    assert stocked.load_item(run, "TR").cleared == 1
    assert stocked.shelf_quantities()["OLD", "C-3"] == 0


def test_an_unchanged_run_counts_what_is_kept_back_again(stocked: SyncHarness) -> None:
    freeze(stocked)
    parts = [*stock(5, 0, 3), *stock(1, 2, 0, code="WP")]
    item = stocked.load_item(stocked.sync(*parts), "TR")
    later = stocked.load_item(stocked.sync(*parts), "TR")
    assert (later.frozen, planned(later)) == (item.frozen, {})
    stocked.sync(*stock(5, 0, 4), *stock(1, 2, 0, code="WP"))
    item = stocked.load_item(stocked.sync(*stock(6, 0, 4), *stock(1, 2, 0, code="WP")), "TR")
    assert sorted(planned(item).values(), key=str) == [(1, 6), (2, 0), (None, 4)]


def test_a_release_applies_the_stored_pulls_without_a_request(stocked: SyncHarness) -> None:
    row = freeze(stocked)
    stocked.sync(*stock(5, 0, 3), *stock(1, 2, 0, code="WP"))
    asked = len(stocked.simulator.requests)
    run = release(stocked, row)
    assert (run.trigger, len(stocked.simulator.requests)) == ("alias", asked)
    item = stocked.load_item(run, "TR")
    assert (item.changed, item.cleared, item.frozen) == (3, 1, 0)
    # Nothing of this code was kept back.
    assert stocked.load_item(run, "WP").status == "not_tried"
    assert {key[1]: quantity for key, quantity in stocked.shelf_quantities().items() if key[0] == "TR"} == {
        **{"A-1": 5, "B-2": 0, "C-3": 3},
    }
    assert row.state == "released"
    assert freezing.release(row) == (False, None)


def test_a_release_starts_no_run_if_nothing_was_kept_back(stocked: SyncHarness) -> None:
    row = freeze(stocked)
    stocked.sync()
    assert freezing.release(row) == (True, None)


@pytest.mark.parametrize("has_tick", [True, False])
def test_it_ends_by_itself(stocked: SyncHarness, monkeypatch: pytest.MonkeyPatch, has_tick: bool) -> None:
    now = clock.now()
    row = freeze(stocked, ends_at=now + timedelta(hours=2))
    parts = [*stock(5, 0, 3), *stock(1, 2, 0, code="WP")]
    stocked.sync(*parts)
    assert freezing.end_due(now + timedelta(hours=1)) == 0
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=3))
    if has_tick:
        assert freezing.end_due(clock.now()) == 1
        assert freezing.end_due(clock.now()) == 0
        run = execute(stocked, db.session.scalars(select(Run).order_by(Run.id.desc())).first())
    else:
        # A run goes by the time alone, and finds more to do than an unchanged pull has.
        run = stocked.sync()
        assert freezing.end_due(clock.now()) == 1
        assert db.session.scalars(select(Run).order_by(Run.id.desc())).first() == run
    assert stocked.load_item(run, "TR").changed == 3
    assert (row.state, stocked.shelf_quantities()["TR", "A-1"]) == ("ended", 5)


def test_a_planned_freeze_starts_at_its_time(stocked: SyncHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now()
    row = freeze(stocked, starts_at=now + timedelta(hours=2))
    assert row.state == "planned"
    stocked.sync(*stock(5, 2, 0), *stock(1, 2, 0, code="WP"))
    assert stocked.shelf_quantities()["TR", "A-1"] == 5
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=3))
    stocked.sync(*stock(6, 2, 0), *stock(1, 2, 0, code="WP"))
    assert (row.state, stocked.shelf_quantities()["TR", "A-1"]) == ("active", 5)


def test_overlapping_freezes_hold_until_the_last_one_ends(stocked: SyncHarness) -> None:
    first, second = freeze(stocked, "code", code="TR"), freeze(stocked)
    stocked.sync(*stock(5, 2, 0), *stock(1, 2, 0, code="WP"))
    run = release(stocked, first)
    assert stocked.load_item(run, "TR").frozen == 1
    assert stocked.shelf_quantities()["TR", "A-1"] == 1
    release(stocked, second)
    assert stocked.shelf_quantities()["TR", "A-1"] == 5


@pytest.mark.parametrize("is_gone_again", [False, True])
def test_what_moved_under_a_freeze_goes_to_zero_at_its_end(harness: SyncHarness, is_gone_again: bool) -> None:
    """Its quantity is what the shelf has, not what was reported last."""
    harness.change_settings(clear_previous=False)
    maker = make_manufacturer("Tucker", numbers=["A-1", "B-2"])
    for code in ("TR", "WP"):
        harness.map_code(code, maker)
    others = part("TR", "B-2", 1), part("WP", "B-2", 1)
    harness.sync(part("TR", "A-1", 9), *others)
    row = freeze(harness)
    harness.sync(part("TR", "A-1", 4), *others)
    harness.sync(*others)
    harness.sync(part("WP", "A-1", 5), *others)
    assert harness.shelf_quantities()["TR", "A-1"] == 9
    if is_gone_again:
        harness.sync(*others)
    _, run = freezing.release(row)
    if run is not None:
        execute(harness, run)
    quantities = harness.shelf_quantities()
    moved = (quantities["TR", "A-1"], quantities.get(("WP", "A-1"), 0))
    assert moved == ((9, 0) if is_gone_again else (0, 5))


def test_a_reported_part_of_a_frozen_product_explains_no_retained_one(harness: SyncHarness) -> None:
    """Nothing was written for it, so what another part left on the shelf is still there, and can move."""
    harness.change_settings(clear_previous=False)
    maker = make_manufacturer("Tucker", numbers=["A-1", "B-2"])
    product = db.session.scalars(select(Product).where(Product.mpn == "A-1")).one()
    make_part_number(maker, product, "A-2")
    for code in ("TR", "WP"):
        harness.map_code(code, maker)
    others = part("TR", "B-2", 1), part("WP", "B-2", 1)
    harness.sync(part("TR", "A-1", 4), *others)
    harness.sync(*others)
    row = freeze(harness)
    harness.sync(part("TR", "A-2", 3), *others)
    harness.sync(*others)
    harness.sync(part("WP", "A-1", 5), *others)
    release(harness, row)
    quantities = harness.shelf_quantities()
    assert (quantities["TR", "A-1"], quantities["WP", "A-1"]) == (0, 5)


def test_a_row_that_cannot_be_used_keeps_what_the_shelf_has(stocked: SyncHarness) -> None:
    stocked.simulator.switches = Behavior(filtering="ignored")
    row = freeze(stocked)
    others = [part("TR", "B-2", 2), *stock(1, 2, 0, code="WP")]
    stocked.sync(part("TR", "A-1", 5), *others)
    stocked.sync(part("TR", "A-1", "many"), *others)
    freezing.release(row)
    run = stocked.sync(part("TR", "A-1", "many"), *others)
    assert stocked.load_item(run, "TR").kept == 1
    assert stocked.shelf_quantities()["TR", "A-1"] == 1


@pytest.fixture
def sensitive(stocked: SyncHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clearing guard holds what one product in three is."""
    monkeypatch.setitem(current_app.config, "CLEAR_HOLD_SHARE", 0.3)
    monkeypatch.setitem(current_app.config, "CLEAR_HOLD_MINIMUM", 1)


@pytest.mark.usefixtures("sensitive")
def test_a_held_clearing_waits_for_the_end(stocked: SyncHarness) -> None:
    held = stocked.sync(part("TR", "A-1", 1), *stock(1, 2, 0, code="WP"))
    assert states() == ["held"]
    row = freeze(stocked)
    # Neither confirmed, nor carried out, nor superseded.
    stocked.sync()
    assert held_clearings.apply_clearing(held_clearings.of_runs([held.id])[0], None)
    assert not clearing_guard.clear_approved(held_clearings.of_runs([held.id])[0].id)
    stocked.sync(*stock(1, 2, 0), *stock(1, 2, 0, code="WP"))
    assert (states(), stocked.shelf_quantities()["TR", "B-2"]) == (["applying"], 2)
    stocked.sync(part("TR", "A-1", 1), *stock(1, 2, 0, code="WP"))
    freezing.release(row)
    assert clearing_guard.clear_approved(held_clearings.of_runs([held.id])[0].id)
    assert (states(), stocked.shelf_quantities()["TR", "B-2"]) == (["applied"], 0)


@pytest.mark.usefixtures("sensitive")
def test_the_clearing_guard_judges_a_clearing_when_the_freeze_is_over(stocked: SyncHarness) -> None:
    row = freeze(stocked)
    item = stocked.load_item(stocked.sync(part("TR", "A-1", 1), *stock(1, 2, 0, code="WP")), "TR")
    assert (item.held, item.frozen, states()) == (0, 1, [])
    run = release(stocked, row)
    assert (stocked.load_item(run, "TR").held, states()) == (1, ["held"])
    assert stocked.shelf_quantities()["TR", "B-2"] == 2


@pytest.mark.usefixtures("sensitive")
def test_what_an_approved_clearing_leaves_as_it_is_frozen_is_counted_and_cleared_at_the_end(
    stocked: SyncHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker = db.session.scalars(select(Manufacturer).where(Manufacturer.name == "Tucker")).one()
    old = stocked.map_code("OLD", maker)
    stocked.sync(*stock(1, 2, 0), part("OLD", "C-3", 9), *stock(1, 2, 0, code="WP"))
    row = freeze(stocked, "code", code="OLD")
    changes.remove(old, clear=False)
    held = stocked.sync(part("TR", "A-1", 1), *stock(1, 2, 0, code="WP"))
    assert states() == ["held"]
    clearing = held_clearings.of_runs([held.id])[0]
    assert held_clearings.apply_clearing(clearing, None)
    assert clearing_guard.clear_approved(clearing.id)
    quantities = stocked.shelf_quantities()
    assert (quantities["TR", "B-2"], quantities["OLD", "C-3"]) == (0, 9)
    item = stocked.load_item(stocked.load_run(held.id), "TR")
    assert (item.cleared, item.held, item.frozen) == (1, 0, 1)
    assert {(key[0], key[2]): value for key, value in planned(item).items()} == {("old", "approved"): (9, 0)}
    unchanged = stocked.load_item(stocked.sync(), "TR")
    assert (unchanged.cleared, unchanged.frozen) == (0, 1)
    # The clearing guard judges again, and one product in two would be too much.
    monkeypatch.setitem(current_app.config, "CLEAR_HOLD_SHARE", 0.9)
    run = release(stocked, row)
    assert (stocked.load_item(run, "TR").cleared, stocked.load_item(run, "TR").frozen) == (1, 0)
    assert stocked.shelf_quantities()["OLD", "C-3"] == 0


@pytest.mark.usefixtures("sensitive")
@pytest.mark.parametrize("decision", ["held", "kept", "applying"])
def test_the_end_of_a_freeze_leaves_a_clearing_on_hold_as_it_is(stocked: SyncHarness, decision: str) -> None:
    """The same rows once more neither confirm nor supersede it; what the freeze kept back is applied."""
    held = stocked.sync(part("TR", "A-1", 1), *stock(1, 2, 0, code="WP"))
    clearing = held_clearings.of_runs([held.id])[0]
    decide = {"kept": held_clearings.keep_quantities, "applying": held_clearings.apply_clearing}
    if decision in decide:
        assert decide[decision](clearing, None)
    row = freeze(stocked)
    stocked.sync(part("TR", "A-1", 5), *stock(1, 2, 0, code="WP"))
    release(stocked, row)
    assert stocked.shelf_quantities()["TR", "A-1"] == 5
    assert (states(), stocked.shelf_quantities()["TR", "B-2"]) == ([decision], 2)


@pytest.mark.parametrize("clears", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_afterwards_the_shelf_is_as_if_it_had_not_been_frozen(
    harness: SyncHarness, clears: bool, seed: int
) -> None:
    """Without clearing, what is no longer reported may still be as it was before."""
    chance = random.Random(seed)  # nosec B311 - no secret
    maker = make_manufacturer("Tucker", numbers=["A-1", "B-2", "C-3"])
    for code in ("TR", "WP"):
        harness.map_code(code, maker, pricing="retail")
    twin = add_twin(harness)
    for dealer in (twin, harness.dealer):
        configurations.save_settings(db.session.get_one(Configuration, dealer.id), clear_previous=clears)
        sync_of(harness, dealer, *some_parts(random.Random(seed)))  # nosec B311 - no secret
    scope = chance.choice([("all",), ("manufacturer",)])
    row, before = freeze(harness, *scope, manufacturer_id=maker.id), shelf(harness.dealer)
    for _ in range(3):
        parts = some_parts(chance)
        for dealer in (twin, harness.dealer):
            sync_of(harness, dealer, *parts)
    assert shelf(harness.dealer) == before
    _, run = freezing.release(row)
    if run is not None:
        execute(harness, run)
    after, expected = shelf(harness.dealer), shelf(twin)
    if clears:
        assert (after, online(harness.dealer)) == (expected, online(twin))
        return
    reported = {(each["SupplierCode"].lower(), each["PartNumber"]) for each in parts}
    numbers = dict(db.session.execute(select(PartNumber.product_id, PartNumber.part_number)).all())
    for place in after | expected:
        if (place[0], numbers[place[2]]) in reported:
            assert after[place] == expected[place]
        else:
            assert after.get(place) in (None, before.get(place))


def some_parts(chance: random.Random) -> list[dict[str, Any]]:
    """Parts of both codes, one of each at least: a pull without parts would not be cleared."""
    found = []
    for code in ("TR", "WP"):
        for number in chance.sample(["A-1", "B-2", "C-3"], chance.randint(1, 3)):
            found.append(part(code, number, chance.randint(1, 9), Retail=chance.randint(5, 50)))
    return found
